//! Footage on its way out: no longer shown, not forgotten before its file is gone.

use ronin_core::{Recorded, SegmentId, control::KeptFootage, playback::FileIndex};

use super::{at, camera, on_both, segment, span};

#[tokio::test]
async fn discarded_segments_are_not_shown_and_are_garbage_until_forgotten() {
    on_both(async |database| {
        let store = &database.store;
        let segments: Vec<_> = (0..4).map(|n| segment("front", n * 10, n * 10 + 10)).collect();
        for segment in segments.iter().rev() {
            store.upsert_segment(segment).await.unwrap();
        }
        let oldest = store.oldest_unprotected(&camera("front"), 3).await.unwrap();
        assert_eq!(oldest, segments[..3]);
        let newest = store.newest_segment(&camera("front")).await.unwrap();
        assert_eq!(newest.as_ref(), segments.last());

        let going = [segments[0].id, segments[1].id];
        store.discard(&going, at(50)).await.unwrap();
        store.discard(&going, at(51)).await.unwrap();

        assert_eq!(store.segment(segments[0].id).await.unwrap(), None);
        let left = store.segments_in(&camera("front"), span(0, 40), None, 10).await.unwrap();
        assert_eq!(left, segments[2..]);
        let kept = KeptFootage { segments: 2, bytes: 2 * segments[2].size_bytes };
        assert_eq!(store.recorded_totals().await.unwrap(), kept);
        let mut garbage = store.garbage(10).await.unwrap();
        garbage.sort();
        let mut wanted: Vec<(SegmentId, String)> =
            segments[..2].iter().map(|s| (s.id, s.path.clone())).collect();
        wanted.sort();
        assert_eq!(garbage, wanted);

        let late = Recorded { segment: segments[0].clone(), index: FileIndex::default() };
        store.index_segment(&late).await.unwrap();
        assert_eq!(store.segment(segments[0].id).await.unwrap(), None, "its file goes");

        store.forget_garbage(&going).await.unwrap();
        assert_eq!(store.garbage(10).await.unwrap(), []);
        store.discard(&[SegmentId::generate()], at(60)).await.unwrap();
        store.discard(&[], at(60)).await.unwrap();
        store.forget_garbage(&[]).await.unwrap();
        assert_eq!(store.garbage(10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_empty_index_has_no_oldest_and_no_newest() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        assert_eq!(store.oldest_unprotected(&front, 10).await.unwrap(), []);
        assert_eq!(store.newest_segment(&front).await.unwrap(), None);
        assert_eq!(store.cameras_with_footage().await.unwrap(), []);
    })
    .await;
}
