//! Named layouts.

use uuid::Uuid;

use super::{at, camera, on_both};
use crate::{Layout, Stored};

const MAX: u64 = 3;

fn layout(name: &str, cameras: &[&str]) -> Layout {
    Layout {
        id: Uuid::now_v7(),
        display_name: name.into(),
        cameras: cameras.iter().map(|id| camera(id)).collect(),
        columns: 3,
        updated_by: "owner".into(),
        updated_at: at(10),
        version: 1,
    }
}

#[tokio::test]
async fn layouts_are_listed_by_name_and_keep_their_order_of_cameras() {
    on_both(async |database| {
        let store = &database.store;
        let yard = layout("Yard", &["gate", "barn", "apple-tree"]);
        let doors = layout("Doors", &["front"]);

        assert_eq!(store.insert_layout(&yard, MAX).await.unwrap(), Stored::Done);
        assert_eq!(store.insert_layout(&doors, MAX).await.unwrap(), Stored::Done);
        let again = layout("Yard", &["front"]);
        assert_eq!(store.insert_layout(&again, MAX).await.unwrap(), Stored::NameTaken);
        assert_eq!(store.layouts().await.unwrap(), [doors.clone(), yard.clone()]);

        let third = layout("Third", &["front"]);
        assert_eq!(store.insert_layout(&third, MAX).await.unwrap(), Stored::Done);
        let fourth = layout("Fourth", &["front"]);
        assert_eq!(store.insert_layout(&fourth, MAX).await.unwrap(), Stored::TooMany);

        assert!(store.delete_layout(third.id).await.unwrap());
        assert!(!store.delete_layout(third.id).await.unwrap());
        assert_eq!(store.layouts().await.unwrap(), [doors, yard]);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_of_the_version_that_was_read_and_takes_no_other_name() {
    on_both(async |database| {
        let store = &database.store;
        let (yard, doors) = (layout("Yard", &["gate"]), layout("Doors", &["front"]));
        for new in [&yard, &doors] {
            store.insert_layout(new, MAX).await.unwrap();
        }

        let second = Layout {
            cameras: vec![camera("barn"), camera("gate")],
            columns: 0,
            version: 2,
            ..yard.clone()
        };
        assert_eq!(store.update_layout(&second, 1).await.unwrap(), Stored::Done);
        assert_eq!(store.update_layout(&second, 1).await.unwrap(), Stored::Changed);
        let taken = Layout { display_name: "Doors".into(), version: 3, ..second.clone() };
        assert_eq!(store.update_layout(&taken, 2).await.unwrap(), Stored::NameTaken);
        assert_eq!(store.layouts().await.unwrap(), [doors, second.clone()]);

        store.delete_layout(second.id).await.unwrap();
        assert_eq!(store.update_layout(&second, 2).await.unwrap(), Stored::Changed);
    })
    .await;
}
