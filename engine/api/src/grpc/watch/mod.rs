//! The streams behind the watches: what happened, a heartbeat where nothing did, and an end when the
//! caller may not see it any more.
//!
//! A slow client holds up nobody: the next message is made when the one before is gone.

mod cameras;
mod detections;
mod events;
mod jobs;
mod live;
mod notices;
mod segments;

use std::{
    future::{Future, ready},
    time::Duration,
};

use futures_util::{Stream, future::BoxFuture};
use ronin_core::{ErrorKind, WallTime, chain};
use ronin_proto::v1;
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use tonic::Status;
use tracing::warn;

pub(super) use self::{
    cameras::cameras,
    detections::detections,
    events::{WantedEvents, events, start_of_events},
    jobs::{jobs, start_of_jobs},
    live::live,
    notices::{notices, start_of},
    segments::segments,
};
use crate::{
    auth::{Auth, Caller},
    convert::time,
    error,
};

/// Rows read at once: what a client gets before it is asked again whether it may.
const BATCH: u64 = 100;
/// How often a quiet stream shows that it lives, and every stream that its caller may still see it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Where a watch of numbered rows begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Start {
    /// Behind this row.
    after: i64,
    /// The token fits nothing that is here.
    is_lost: bool,
}

impl Start {
    /// Of rows from the oldest to the newest, behind the row that a token names. `row` is `None` for a
    /// token that is none of ours.
    fn new(rows: Option<(i64, i64)>, token: &str, row: Option<i64>) -> Self {
        let from_now = rows.map_or(0, |(_, newest)| newest);
        if token.is_empty() {
            return Self { after: from_now, is_lost: false };
        }
        // Behind the row before the oldest, nothing is missing.
        let known =
            row.zip(rows).filter(|(row, (oldest, newest))| (oldest - 1..=*newest).contains(row));
        match known {
            Some((after, _)) => Self { after, is_lost: false },
            None => Self { after: from_now, is_lost: true },
        }
    }
}

/// A message of a watch of numbered rows, beside those that tell a row.
pub(super) trait Told: Send {
    /// The resume token fits nothing.
    fn list_again(message: v1::ListAgain) -> Self;
    /// Nothing happened for a while.
    fn heartbeat(message: v1::Heartbeat) -> Self;
}

/// The messages of a watch of numbered rows, until `still_holds` fails. `news` was subscribed to before
/// `start` was read. `read` gives messages behind a row with their rows, in order, at most [`BATCH`];
/// `doing` says what it does.
fn numbered<M, R, Rows, F, Fut>(
    doing: &'static str,
    read: R,
    mut news: watch::Receiver<i64>,
    start: Start,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<M, Status>> + Send
where
    M: Told,
    R: Fn(i64) -> Rows + Send + 'static,
    Rows: Future<Output = Result<Vec<(i64, M)>, ronin_store::Error>> + Send,
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        if start.is_lost {
            yield M::list_again(v1::ListAgain {});
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
                    yield M::heartbeat(heartbeat());
                }
                Woken::News(true) => match read(after).await {
                    Ok(batch) => {
                        is_behind = batch.len() as u64 == BATCH;
                        for (row, message) in batch {
                            after = row;
                            yield message;
                        }
                    }
                    Err(e) if e.kind() == ErrorKind::Unavailable => {
                        warn!(error = %chain(&e), doing, "a watch waits for the database");
                        is_behind = false;
                    }
                    Err(e) => Err(error::store(doing, e))?,
                },
                Woken::Revocation(false) | Woken::News(false) => Err(error::shutting_down())?,
            }
        }
    }
}

/// Why a watch goes on.
enum Woken<T> {
    /// A credential lost its worth; `false` where no more will be told.
    Revocation(bool),
    Heartbeat,
    News(T),
}

fn heartbeats() -> Interval {
    let mut heartbeats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeats
}

fn heartbeat() -> v1::Heartbeat {
    v1::Heartbeat { time: Some(time::to_wire(WallTime::now())) }
}

/// Asks whether the caller may still see a stream.
pub(super) fn still_holds(
    auth: &Auth,
    caller: Caller,
) -> impl Fn() -> BoxFuture<'static, Result<(), Status>> + Send + 'static {
    let auth = auth.clone();
    move || {
        let (auth, caller) = (auth.clone(), caller.clone());
        Box::pin(async move { auth.still_holds(&caller).await })
    }
}
