//! What the database is and how large it has become.

use ronin_core::ErrorKind;

use super::{on_both, segment};

#[tokio::test]
async fn the_database_says_its_version_and_grows_with_what_is_put_into_it() {
    on_both(async |database| {
        let store = &database.store;
        let before = store.database_facts().await.unwrap();
        for number in 0..400 {
            store.upsert_segment(&segment("front", number * 60, number * 60 + 60)).await.unwrap();
        }

        let after = store.database_facts().await.unwrap();

        let major = after.version.split('.').next().unwrap().parse::<u32>();
        assert!(major.is_ok_and(|major| major >= 3), "{after:?}");
        assert_eq!(before.version, after.version);
        assert!(after.size_bytes >= before.size_bytes + 40_000, "{before:?} {after:?}");
    })
    .await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_says_so() {
    on_both(async |database| {
        let store = database.again().await;
        store.clone().close().await.unwrap();

        let error = store.database_facts().await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Unavailable);
    })
    .await;
}
