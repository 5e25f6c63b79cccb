//! The stream behind `WatchNotices`: notices by their rows, so that none is lost over a new
//! connection, however long a client takes.

use std::future::Future;

use futures_util::Stream;
use ronin_core::NoticeKind;
use ronin_proto::v1::{self, watch_notices_response::Event};
use ronin_store::{Store, StoredNotice};
use tokio::sync::watch;
use tonic::Status;

use super::{BATCH, Start, Told, numbered};
use crate::{convert::notice, error};

/// Where a watch with this resume token begins.
pub(in crate::grpc) async fn start_of(store: &Store, token: &str) -> Result<Start, Status> {
    let rows = store.notice_rows().await.map_err(|e| error::store("read the notices", e))?;
    Ok(Start::new(rows, token, notice::parse_resume_token(token)))
}

/// The messages of a watch, until `still_holds` fails. `news` was subscribed to before `start` was
/// read.
pub(in crate::grpc) fn notices<F, Fut>(
    store: Store,
    news: watch::Receiver<i64>,
    kinds: Vec<NoticeKind>,
    start: Start,
    revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchNoticesResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    let read = move |after| {
        let (store, kinds) = (store.clone(), kinds.clone());
        async move {
            let batch = store.notices_after(after, &kinds, BATCH).await?;
            let told = |stored: &StoredNotice| {
                (stored.row, message(Event::Notice(notice::to_wire(stored))))
            };
            Ok(batch.iter().map(told).collect())
        }
    };
    numbered("read the notices", read, news, start, revocations, still_holds)
}

impl Told for v1::WatchNoticesResponse {
    fn list_again(again: v1::ListAgain) -> Self {
        message(Event::ListAgain(again))
    }

    fn heartbeat(beat: v1::Heartbeat) -> Self {
        message(Event::Heartbeat(beat))
    }
}

fn message(event: Event) -> v1::WatchNoticesResponse {
    v1::WatchNoticesResponse { event: Some(event) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_begins_where_its_token_says_or_now() {
        let token = notice::resume_token;
        let at = |after| Start { after, is_lost: false };
        let lost = |after| Start { after, is_lost: true };
        let cases = [
            (None, String::new(), at(0)),
            (Some((3, 9)), String::new(), at(9)),
            (Some((3, 9)), token(5), at(5)),
            (Some((3, 9)), token(9), at(9)),
            // The notice itself is forgotten, and nothing behind it.
            (Some((3, 9)), token(2), at(2)),
            (Some((3, 9)), token(1), lost(9)),
            (Some((3, 9)), token(10), lost(9)),
            (Some((3, 9)), token(i64::MIN), lost(9)),
            (Some((3, 9)), "x".to_owned(), lost(9)),
            (None, token(5), lost(0)),
        ];
        for (rows, token, want) in cases {
            let row = notice::parse_resume_token(&token);
            assert_eq!(Start::new(rows, &token, row), want, "{rows:?} {token}");
        }
    }
}
