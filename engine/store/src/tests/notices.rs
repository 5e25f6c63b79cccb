//! News: told twice is told once, and read in the order in which it was stored.

use ronin_core::{Notice, NoticeKind, WallTime};
use sea_orm::EntityTrait;

use super::{at, camera, on_both};
use crate::{Store, StoredNotice, entity};

fn notice(kind: NoticeKind, id: Option<&str>, at: WallTime) -> Notice {
    Notice { at, ..Notice::new(kind, id.map(camera), "CAUSE \0", "what happened") }
}

/// Four notices, told in the reverse order of their times.
async fn four(store: &Store) -> Vec<i64> {
    use NoticeKind::{CameraBack, CameraLost, StorageFull};
    let told = [
        notice(CameraLost, Some("front"), at(40)),
        notice(StorageFull, None, at(30)),
        notice(CameraLost, Some("back"), at(20)),
        notice(CameraBack, Some("front"), at(10)),
    ];
    let mut rows = Vec::new();
    for notice in told {
        rows.push(store.insert_notice(&notice).await.unwrap());
    }
    rows
}

fn rows(notices: &[StoredNotice]) -> Vec<i64> {
    notices.iter().map(|notice| notice.row).collect()
}

#[tokio::test]
async fn a_notice_told_twice_is_told_once() {
    on_both(async |database| {
        let (store, other) = (&database.store, database.again().await);
        let first = notice(NoticeKind::CameraLost, Some("front"), at(1));
        let changed = Notice { message: "something else".into(), ..first.clone() };

        let (a, b) = tokio::join!(store.insert_notice(&first), other.insert_notice(&first));
        let row = a.unwrap();
        assert_eq!(b.unwrap(), row);
        assert_eq!(store.insert_notice(&changed).await.unwrap(), row);
        let second = store.insert_notice(&notice(NoticeKind::ClockSet, None, at(0))).await.unwrap();

        assert!(second > row);
        let stored = store.notices_after(0, &[], 10).await.unwrap();
        assert_eq!(rows(&stored), [row, second]);
        assert_eq!(stored[0].notice, Notice { cause: "CAUSE \u{FFFD}".into(), ..first });
    })
    .await;
}

#[tokio::test]
async fn notices_are_read_forwards_and_backwards_in_pages() {
    on_both(async |database| {
        let store = &database.store;
        assert_eq!(store.notice_rows().await.unwrap(), None);
        let told = four(store).await;
        assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
        assert_eq!(store.notice_rows().await.unwrap(), Some((told[0], told[3])));

        assert_eq!(rows(&store.notices_after(0, &[], 3).await.unwrap()), told[..3]);
        assert_eq!(rows(&store.notices_after(told[2], &[], 3).await.unwrap()), told[3..]);
        assert_eq!(store.notices_after(told[3], &[], 3).await.unwrap(), []);

        let newest = store.notices_before(None, &[], None, 3).await.unwrap();
        assert_eq!(rows(&newest), [told[3], told[2], told[1]]);
        let rest = store.notices_before(Some(told[1]), &[], None, 3).await.unwrap();
        assert_eq!(rows(&rest), told[..1]);
    })
    .await;
}

#[tokio::test]
async fn notices_are_chosen_by_kind_and_by_camera() {
    use NoticeKind::{CameraBack, CameraLost, ClockSet};
    on_both(async |database| {
        let store = &database.store;
        let told = four(store).await;
        let front = camera("front");

        let lost = store.notices_after(0, &[CameraLost, ClockSet], 9).await.unwrap();
        assert_eq!(rows(&lost), [told[0], told[2]]);
        let of_front = store.notices_before(None, &[], Some(&front), 9).await.unwrap();
        assert_eq!(rows(&of_front), [told[3], told[0]]);
        let both = [CameraLost, CameraBack];
        let lost = store.notices_before(Some(told[3]), &both, Some(&front), 9).await.unwrap();
        assert_eq!(rows(&lost), [told[0]]);
        assert_eq!(store.notices_before(None, &[ClockSet], None, 9).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn old_notices_are_forgotten_and_their_rows_never_given_again() {
    on_both(async |database| {
        let store = &database.store;
        store.forget_notices(at(0)).await.unwrap();
        let told = four(store).await;

        store.forget_notices(at(35)).await.unwrap();
        let left = store.notices_after(0, &[], 9).await.unwrap();
        assert_eq!(rows(&left), [told[0], told[3]], "the newest row stays, however old");

        store.forget_notices(at(1000)).await.unwrap();
        assert_eq!(store.notice_rows().await.unwrap(), Some((told[3], told[3])));
        let next = store.insert_notice(&notice(NoticeKind::ClockSet, None, at(50))).await.unwrap();
        assert!(next > told[3]);
    })
    .await;
}

#[tokio::test]
async fn a_kind_that_this_version_lacks_is_named() {
    on_both(async |database| {
        use sea_orm::ActiveValue::{NotSet, Set};
        let row = entity::notice::ActiveModel {
            id: NotSet,
            key: Set(uuid::Uuid::now_v7()),
            at: Set(0),
            kind: Set("LATER".into()),
            camera_id: Set(None),
            cause: Set(String::new()),
            message: Set(String::new()),
        };
        let insert = entity::notice::Entity::insert(row);
        insert.exec_without_returning(&database.store.db).await.unwrap();

        let error = database.store.notices_after(0, &[], 9).await.unwrap_err();

        assert!(ronin_core::chain(&error).contains("LATER"), "{}", ronin_core::chain(&error));
    })
    .await;
}
