//! Events: written again and again as they grow, listed, followed, marked, and forgotten.

use ronin_core::{
    Event, EventId, Recorded,
    event::{EventState, ZoneVisit},
    playback::FileIndex,
};
use ronin_testkit::events::event;
use uuid::Uuid;

use super::{at, camera, on_both, segment, span};
use crate::{EventFilter, Store, StoredEvent};

const NOBODY: Uuid = Uuid::nil();

async fn write(store: &Store, id: &str, label: &str, start: i64, end: i64) -> Event {
    let new = event(id, label, span(start, end));
    store.write_event(&new, None).await.unwrap();
    new
}

async fn listed(store: &Store, filter: EventFilter) -> Vec<StoredEvent> {
    store.events(&filter, None, NOBODY, 100).await.unwrap()
}

fn ids(stored: &[StoredEvent]) -> Vec<EventId> {
    stored.iter().map(|stored| stored.event.id).collect()
}

#[tokio::test]
async fn an_event_grows_under_one_id_and_keeps_its_picture() {
    on_both(async |database| {
        let store = &database.store;
        let mut new = event("yard", "person", span(0, 4));
        new.state = EventState::Open;
        let first = store.write_event(&new, Some(b"jpeg")).await.unwrap();
        (new.end, new.state) = (at(9), EventState::Closed);
        let second = store.write_event(&new, None).await.unwrap();

        assert!(second > first);
        let stored = store.event(new.id, NOBODY).await.unwrap().unwrap();
        assert_eq!(stored.event, new);
        assert_eq!((stored.sequence, stored.has_snapshot), (second, true));
        assert_eq!(store.event_snapshot(new.id).await.unwrap().unwrap(), b"jpeg");
        store.write_event(&new, Some(b"better")).await.unwrap();
        assert_eq!(store.event_snapshot(new.id).await.unwrap().unwrap(), b"better");
        let all = listed(store, EventFilter::default()).await;
        assert_eq!(all.len(), 1);
        assert!(all[0].event.path.is_empty(), "lists do without the path");
        let filter = EventFilter { with_path: true, ..EventFilter::default() };
        assert_eq!(listed(store, filter).await[0].event, new, "unless it is asked for");
        assert_eq!(store.event(EventId::generate(), NOBODY).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_newest_first_and_page_by_page() {
    on_both(async |database| {
        let store = &database.store;
        let early = write(store, "yard", "person", 0, 10).await;
        let late = write(store, "gate", "car", 20, 30).await;
        let mut visited = event("yard", "dog", span(20, 25));
        let visit = |zone: &str| ZoneVisit {
            zone: zone.parse().unwrap(),
            entered: at(20),
            left: None,
            loitered: false,
        };
        visited.zones = vec![visit("Porch left"), visit("Street")];
        visited.best.score = 0.3;
        store.write_event(&visited, None).await.unwrap();
        let mut rejected = event("yard", "person", span(5, 6));
        rejected.state = EventState::Rejected;
        store.write_event(&rejected, None).await.unwrap();

        let of = async |filter| ids(&listed(store, filter).await);
        let usual = EventFilter::default;
        let all = of(usual()).await;
        assert_eq!(all.len(), 3);
        assert_eq!(all[2], early.id);
        assert_eq!(of(EventFilter { rejected: true, ..usual() }).await, [rejected.id]);
        assert_eq!(of(EventFilter { cameras: vec![camera("gate")], ..usual() }).await, [late.id]);
        assert_eq!(of(EventFilter { labels: vec!["car".into()], ..usual() }).await, [late.id]);
        assert_eq!(of(EventFilter { min_score: 0.5, ..usual() }).await.len(), 2);
        for (zone, want) in [("Street", 1), ("Porch left", 1), ("Porch", 0), ("left", 0)] {
            let found = of(EventFilter { zones: vec![zone.into()], ..usual() }).await;
            assert_eq!(found.len(), want, "{zone}");
        }
        assert_eq!(of(EventFilter { before: Some(at(20)), ..usual() }).await, [early.id]);
        assert_eq!(of(EventFilter { after: Some(at(10)), ..usual() }).await.len(), 2);

        let first = store.events(&usual(), None, NOBODY, 2).await.unwrap();
        let last = &first[1].event;
        let behind = Some((last.start, last.id.0));
        let second = store.events(&usual(), behind, NOBODY, 2).await.unwrap();
        assert_eq!([ids(&first), ids(&second)].concat(), all);
        let timeline = store.events_in(&camera("yard"), span(0, 21), 10).await.unwrap();
        let on_it: Vec<_> = timeline.iter().map(|event| event.id).collect();
        assert_eq!(on_it, [early.id, visited.id]);
        assert_eq!(store.events_in(&camera("yard"), span(0, 21), 1).await.unwrap()[0].id, early.id);
    })
    .await;
}

#[tokio::test]
async fn changes_are_told_in_their_order_and_none_is_lost() {
    on_both(async |database| {
        let store = &database.store;
        assert_eq!(store.event_sequences().await.unwrap(), None);
        let first = write(store, "yard", "person", 0, 1).await;
        let second = write(store, "gate", "person", 2, 3).await;
        let mut rejected = event("yard", "person", span(5, 6));
        rejected.state = EventState::Rejected;
        store.write_event(&rejected, None).await.unwrap();
        store.write_event(&first, None).await.unwrap();

        let behind = async |after, cameras: &[_]| {
            ids(&store.events_after(after, cameras, NOBODY, 10).await.unwrap())
        };
        assert_eq!(behind(0, &[]).await, [second.id, first.id]);
        assert_eq!(behind(2, &[]).await, [first.id]);
        assert_eq!(behind(4, &[]).await, []);
        assert_eq!(behind(0, &[camera("gate")]).await, [second.id]);
        assert_eq!(store.event_sequences().await.unwrap(), Some((2, 4)));
    })
    .await;
}

#[tokio::test]
async fn each_user_has_marks_of_their_own() {
    on_both(async |database| {
        let store = &database.store;
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        let seen = write(store, "yard", "person", 0, 1).await;
        let unseen = write(store, "yard", "person", 2, 3).await;

        let marked = [seen.id, EventId::generate()];
        assert_eq!(store.review_events(&marked, one, Some(at(9))).await.unwrap(), 1);
        assert_eq!(store.review_events(&marked, one, Some(at(9))).await.unwrap(), 1);

        let of = async |user, reviewed| {
            let filter = EventFilter { reviewed, ..EventFilter::default() };
            store.events(&filter, None, user, 10).await.unwrap()
        };
        assert_eq!(ids(&of(one, Some(true)).await), [seen.id]);
        assert_eq!(ids(&of(one, Some(false)).await), [unseen.id]);
        assert_eq!(of(other, Some(true)).await, []);
        let marks: Vec<bool> = of(one, None).await.iter().map(|stored| stored.reviewed).collect();
        assert_eq!(marks, [false, true]);
        assert!(store.event(seen.id, one).await.unwrap().unwrap().reviewed);

        store.review_events(&[seen.id], one, None).await.unwrap();
        assert_eq!(of(one, Some(true)).await, []);
        assert_eq!(store.review_events(&[], one, None).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_an_earlier_life_left_open_is_closed_and_told() {
    on_both(async |database| {
        let store = &database.store;
        let mut open = event("yard", "person", span(0, 4));
        open.state = EventState::Open;
        store.write_event(&open, None).await.unwrap();
        write(store, "yard", "person", 0, 4).await;
        let mut new = event("yard", "person", span(20, 24));
        new.state = EventState::Open;
        store.write_event(&new, None).await.unwrap();

        assert_eq!(store.close_events(at(10)).await.unwrap(), Some(4));
        let told = store.events_after(3, &[], NOBODY, 10).await.unwrap();
        assert_eq!((told[0].event.id, told[0].event.state), (open.id, EventState::Closed));
        let still = store.event(new.id, NOBODY).await.unwrap().unwrap();
        assert_eq!(still.event.state, EventState::Open);
        assert_eq!(store.close_events(at(10)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn events_go_with_their_footage_and_never_the_newest_change() {
    on_both(async |database| {
        let store = &database.store;
        let old = event("yard", "person", span(0, 4));
        store.write_event(&old, Some(b"jpeg")).await.unwrap();
        store.review_events(&[old.id], NOBODY, Some(at(5))).await.unwrap();
        let kept = write(store, "yard", "person", 90, 110).await;
        let unrecorded = write(store, "gate", "person", 0, 4).await;
        let mut rejected = event("yard", "person", span(120, 121));
        rejected.state = EventState::Rejected;
        store.write_event(&rejected, None).await.unwrap();
        let newest = write(store, "gate", "person", 0, 4).await;
        let segment = segment("yard", 100, 200);
        let recorded = Recorded { segment, index: FileIndex::default() };
        store.index_segment(&recorded).await.unwrap();

        store.forget_events_without_footage(at(50)).await.unwrap();

        let left = ids(&listed(store, EventFilter::default()).await);
        assert!(left.contains(&kept.id) && left.contains(&newest.id), "{left:?}");
        assert!(!left.contains(&old.id) && !left.contains(&unrecorded.id), "{left:?}");
        assert_eq!(store.event_snapshot(old.id).await.unwrap(), None);
        assert_eq!(store.forget_rejected(at(120)).await.unwrap(), 0);
        assert_eq!(store.forget_rejected(at(122)).await.unwrap(), 1);
    })
    .await;
}
