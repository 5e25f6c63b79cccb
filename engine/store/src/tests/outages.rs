//! Outages and runs of the engine: at most one open of each, and ends that somebody saw.

use ronin_core::Span;
use uuid::Uuid;

use super::{at, camera, on_both, span};
use crate::{Outage, Store};

fn outage(cause: &str, message: &str) -> Option<Outage> {
    Some(Outage { cause: cause.into(), message: message.into() })
}

/// Start and end in seconds, cause and message of each; an open one has no end.
async fn told(store: &Store, id: &str) -> Vec<(i64, Option<i64>, String, String)> {
    let always = Span::new(at(-1_000_000), at(1_000_000));
    let seconds = |time: ronin_core::WallTime| (time.as_micros() - at(0).as_micros()) / 1_000_000;
    let known = store.outages_in(&camera(id), always).await.unwrap();
    known
        .into_iter()
        .map(|known| {
            let end = (known.span.end.as_micros() != i64::MAX).then(|| seconds(known.span.end));
            (seconds(known.span.start), end, known.outage.cause, known.outage.message)
        })
        .collect()
}

fn row(
    start: i64,
    end: Option<i64>,
    cause: &str,
    message: &str,
) -> (i64, Option<i64>, String, String) {
    (start, end, cause.into(), message.into())
}

#[tokio::test]
async fn an_outage_lasts_until_another_cause_or_none() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        store.set_outage(&front, at(0), None).await.unwrap();
        store.set_outage(&front, at(1), outage("A", "one")).await.unwrap();
        store.set_outage(&front, at(2), outage("A", "two")).await.unwrap();
        store.set_outage(&front, at(3), outage("B", "three")).await.unwrap();
        store.set_outage(&front, at(4), None).await.unwrap();
        store.set_outage(&front, at(5), None).await.unwrap();
        store.set_outage(&front, at(6), outage("A", "nul \0")).await.unwrap();
        store.set_outage(&camera("back"), at(6), outage("C", "other")).await.unwrap();

        let want = [
            row(1, Some(3), "A", "two"),
            row(3, Some(4), "B", "three"),
            row(6, None, "A", "nul \u{FFFD}"),
        ];
        assert_eq!(told(store, "front").await, want);
        assert_eq!(told(store, "back").await, [row(6, None, "C", "other")]);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_goes_back_ends_no_outage_before_it_began() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        store.set_outage(&front, at(100), outage("A", "a")).await.unwrap();
        store.set_outage(&front, at(50), None).await.unwrap();
        store.set_outage(&front, at(60), outage("B", "b")).await.unwrap();
        store.set_outage(&front, at(10), None).await.unwrap();

        assert_eq!(
            told(store, "front").await,
            [row(60, Some(60), "B", "b"), row(100, Some(100), "A", "a"),]
        );
    })
    .await;
}

#[tokio::test]
async fn a_camera_has_one_open_outage_however_many_tell() {
    on_both(async |database| {
        let other = database.again().await;
        let tell = async |store: &Store, cause: &str| {
            for second in 0..10 {
                store.set_outage(&camera("front"), at(second), outage(cause, "")).await.unwrap();
            }
        };

        let (a, b) = (&database.store, &other);
        tokio::join!(tell(a, "A"), tell(b, "B"), tell(a, "C"), tell(b, "D"));

        let outages = told(&database.store, "front").await;
        assert_eq!(outages.iter().filter(|(_, end, ..)| end.is_none()).count(), 1, "{outages:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_killed_engine_left_open_ends_at_its_last_sign_of_life() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        let [killed, second, third] = [(); 3].map(|()| Uuid::now_v7());
        store.begin_engine_run(killed, at(0)).await.unwrap();
        store.set_outage(&front, at(5), outage("A", "a")).await.unwrap();
        store.engine_alive(killed, at(10)).await.unwrap();

        store.begin_engine_run(second, at(100)).await.unwrap();
        store.begin_engine_run(second, at(101)).await.unwrap();

        assert_eq!(told(store, "front").await, [row(5, Some(10), "A", "a")]);
        let runs = store.engine_runs_in(span(0, 1000)).await.unwrap();
        assert_eq!(runs[0], span(0, 10));
        assert_eq!(runs[1].start, at(100));
        assert_eq!(runs[1].end.as_micros(), i64::MAX, "it is running");

        store.end_engine_run(second, at(200)).await.unwrap();
        store.begin_engine_run(third, at(300)).await.unwrap();
        let runs = store.engine_runs_in(span(50, 1000)).await.unwrap();
        assert_eq!((runs.len(), runs[0]), (2, span(100, 200)));
    })
    .await;
}
