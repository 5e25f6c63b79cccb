//! The streams behind the watches: what happened, a heartbeat where nothing did, and an end when the
//! caller may not see it any more.
//!
//! A slow client holds up nobody: the next message is made when the one before is gone.

mod cameras;
mod detections;
mod events;
mod live;
mod notices;
mod segments;

use std::time::Duration;

use futures_util::future::BoxFuture;
use ronin_core::WallTime;
use ronin_proto::v1;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tonic::Status;

pub(super) use self::{
    cameras::cameras,
    detections::detections,
    events::{WantedEvents, events, start_of_events},
    live::live,
    notices::{notices, start_of},
    segments::segments,
};
use crate::{
    auth::{Auth, Caller},
    convert::time,
};

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
