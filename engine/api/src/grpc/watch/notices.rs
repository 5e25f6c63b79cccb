//! The stream behind `WatchNotices`: notices by their rows, so that none is lost over a new
//! connection, however long a client takes.

use std::future::{Future, ready};

use futures_util::Stream;
use ronin_core::{ErrorKind, NoticeKind, chain};
use ronin_proto::v1::{self, watch_notices_response::Event};
use ronin_store::Store;
use tokio::sync::watch;
use tonic::Status;
use tracing::warn;

use super::{Start, Woken, heartbeat, heartbeats};
use crate::{convert::notice, error};

/// Notices read at once: what a client gets before it is asked again whether it may.
const BATCH: u64 = 100;

/// Where a watch with this resume token begins.
pub(in crate::grpc) async fn start_of(store: &Store, token: &str) -> Result<Start, Status> {
    let rows = store.notice_rows().await.map_err(|e| error::store("read the notices", e))?;
    Ok(Start::new(rows, token, notice::parse_resume_token(token)))
}

/// The messages of a watch, until `still_holds` fails. `news` was subscribed to before `start` was
/// read.
pub(in crate::grpc) fn notices<F, Fut>(
    store: Store,
    mut news: watch::Receiver<i64>,
    kinds: Vec<NoticeKind>,
    start: Start,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchNoticesResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        if start.is_lost {
            yield message(Event::ListAgain(v1::ListAgain {}));
        }
        let mut after = start.after;
        let mut is_behind = true;
        let mut heartbeats = heartbeats();
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                _ = heartbeats.tick() => Woken::Heartbeat,
                () = ready(()), if is_behind => Woken::News(true),
                open = news.changed() => Woken::News(open.is_ok()),
            };
            match woken {
                Woken::Revocation(true) => still_holds().await?,
                Woken::Heartbeat => {
                    still_holds().await?;
                    // In case the database did not answer when there was news.
                    is_behind = true;
                    yield message(Event::Heartbeat(heartbeat()));
                }
                Woken::News(true) => match store.notices_after(after, &kinds, BATCH).await {
                    Ok(batch) => {
                        is_behind = batch.len() as u64 == BATCH;
                        for stored in batch {
                            after = stored.row;
                            yield message(Event::Notice(notice::to_wire(&stored)));
                        }
                    }
                    Err(e) if e.kind() == ErrorKind::Unavailable => {
                        warn!(error = %chain(&e), "notices wait for the database");
                        is_behind = false;
                    }
                    Err(e) => Err(error::store("read the notices", e))?,
                },
                Woken::Revocation(false) | Woken::News(false) => Err(error::shutting_down())?,
            }
        }
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
