//! A timeline read from tables. What it is made of them is tested beside [`crate::timeline`].

use std::time::Duration;

use ronin_core::{CameraConfig, DetectSettings, RecordSettings, Source, WallTime};
use uuid::Uuid;

use super::{at, camera, on_both, segment, span};
use crate::Outage;

#[tokio::test]
async fn a_day_tells_what_is_there_and_why_the_rest_is_not() {
    on_both(async |database| {
        let store = &database.store;
        let config = CameraConfig {
            id: camera("front"),
            display_name: "Front".into(),
            enabled: true,
            main: Source::new("cam.lan", 0, "/", false).unwrap(),
            sub: None,
            record: RecordSettings::default(),
            detect: DetectSettings::unless_said(None),
            created_at: at(100),
            updated_at: at(100),
            version: 1,
        };
        store.insert_camera(&config).await.unwrap();
        let killed = Uuid::now_v7();
        store.begin_engine_run(killed, at(50)).await.unwrap();
        for start in (110..300).step_by(10) {
            store.upsert_segment(&segment("front", start, start + 10)).await.unwrap();
        }
        store.upsert_segment(&segment("back", 0, 1000)).await.unwrap();
        let outage = Outage { cause: "CAMERA_UNREACHABLE".into(), message: "no answer".into() };
        store.set_outage(&camera("front"), at(300), Some(outage)).await.unwrap();
        store.engine_alive(killed, at(400)).await.unwrap();
        store.begin_engine_run(Uuid::now_v7(), at(500)).await.unwrap();
        store.upsert_segment(&segment("front", 510, 570)).await.unwrap();

        let resolution = Duration::from_secs(1);
        let asked = span(0, 1000);
        let timeline =
            store.timeline(&camera("front"), asked, &[], resolution, at(600)).await.unwrap();

        assert_eq!(timeline.recorded, [span(110, 300), span(510, 570)]);
        let gaps: Vec<_> = timeline.gaps.iter().map(|gap| (gap.span, gap.cause.as_str())).collect();
        assert_eq!(
            gaps,
            [
                (span(0, 100), "CAMERA_NOT_ADDED"),
                (span(100, 110), "FOOTAGE_GONE"),
                (span(300, 400), "CAMERA_UNREACHABLE"),
                (span(400, 500), "ENGINE_STOPPED"),
                (span(500, 510), "FOOTAGE_GONE"),
                (span(570, 600), "NOT_YET_INDEXED"),
            ]
        );
        assert_eq!(timeline.gaps[2].message, "no answer");
        assert!((timeline.coverage - 250.0 / 470.0).abs() < 1e-9, "{}", timeline.coverage);

        let future = store
            .timeline(&camera("front"), span(700, 800), &[], resolution, at(600))
            .await
            .unwrap();
        assert!(future.recorded.is_empty() && future.gaps.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_ends_of_time_can_be_asked_for() {
    on_both(async |database| {
        let store = &database.store;
        store.begin_engine_run(Uuid::now_v7(), at(0)).await.unwrap();
        store.upsert_segment(&segment("front", 0, 10)).await.unwrap();
        let always =
            ronin_core::Span::new(WallTime::from_micros(i64::MIN), WallTime::from_micros(i64::MAX));
        for now in [i64::MIN, 0, i64::MAX] {
            let now = WallTime::from_micros(now);
            for resolution in [Duration::ZERO, Duration::MAX] {
                let front = camera("front");
                let timeline = store.timeline(&front, always, &[], resolution, now).await.unwrap();
                assert!((0.0..=1.0).contains(&timeline.coverage));
            }
        }
    })
    .await;
}
