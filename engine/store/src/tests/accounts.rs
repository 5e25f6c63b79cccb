//! People, sessions and API tokens.

use ronin_core::WallTime;
use uuid::Uuid;

use super::{at, on_both};
use crate::{ApiToken, Role, Store, User};

async fn admin(store: &Store) -> User {
    store.create_first_admin("Ada", "hash", at(0)).await.unwrap().unwrap()
}

#[tokio::test]
async fn of_set_ups_that_race_one_wins() {
    on_both(async |database| {
        let other = database.again().await;
        assert!(!database.store.has_users().await.unwrap());
        let set_up = async |store: &Store, name: &str| {
            store.create_first_admin(name, "hash", at(0)).await.unwrap()
        };

        let (a, b) = (&database.store, &other);
        let won = tokio::join!(
            set_up(a, "a"),
            set_up(b, "b"),
            set_up(a, "c"),
            set_up(b, "d"),
            set_up(a, "e"),
            set_up(b, "f"),
            set_up(a, "g"),
            set_up(b, "h"),
        );

        let won = [won.0, won.1, won.2, won.3, won.4, won.5, won.6, won.7];
        let winners: Vec<User> = won.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(winners[0].role, Role::Admin);
        assert_eq!(a.user(winners[0].id).await.unwrap().as_ref(), Some(&winners[0]));
        assert!(b.has_users().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_user_is_found_by_the_exact_name() {
    on_both(async |database| {
        let store = &database.store;
        let ada = admin(store).await;

        let found = store.user_by_name("Ada").await.unwrap();
        assert_eq!(found, Some((ada.clone(), "hash".to_owned())));
        for other in ["ada", "Ada ", "", "' OR 1=1 --"] {
            assert_eq!(store.user_by_name(other).await.unwrap(), None, "{other:?}");
        }
        assert_eq!(store.user(Uuid::now_v7()).await.unwrap(), None);
        assert_eq!(store.password_hash(Uuid::now_v7()).await.unwrap(), None);

        store.set_password_hash(ada.id, "hash-2").await.unwrap();
        assert_eq!(store.password_hash(ada.id).await.unwrap().as_deref(), Some("hash-2"));
    })
    .await;
}

#[tokio::test]
async fn a_session_lives_from_sign_in_to_its_end() {
    on_both(async |database| {
        let store = &database.store;
        let ada = admin(store).await;
        store.insert_session("t1", ada.id, at(0), at(100)).await.unwrap();

        let session = store.session("t1").await.unwrap().unwrap();
        assert_eq!(session.user, ada);
        assert_eq!((session.created, session.used, session.expires), (at(0), at(0), at(100)));

        store.touch_session("t1", at(50), at(150)).await.unwrap();
        let session = store.session("t1").await.unwrap().unwrap();
        assert_eq!((session.created, session.used, session.expires), (at(0), at(50), at(150)));

        store.delete_expired_sessions(at(149)).await.unwrap();
        assert!(store.session("t1").await.unwrap().is_some());
        store.delete_expired_sessions(at(150)).await.unwrap();
        assert_eq!(store.session("t1").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn signing_out_everywhere_can_spare_one_session() {
    on_both(async |database| {
        let store = &database.store;
        let ada = admin(store).await;
        for token in ["t1", "t2", "t3", "t4"] {
            store.insert_session(token, ada.id, at(0), at(100)).await.unwrap();
        }
        let left = async || {
            let mut left = Vec::new();
            for token in ["t1", "t2", "t3", "t4"] {
                left.extend(store.session(token).await.unwrap().map(|_| token));
            }
            left
        };

        store.delete_session("t4").await.unwrap();
        assert_eq!(left().await, ["t1", "t2", "t3"]);
        store.delete_sessions_of(Uuid::now_v7(), None).await.unwrap();
        store.delete_sessions_of(ada.id, Some("t2")).await.unwrap();
        assert_eq!(left().await, ["t2"]);
        store.delete_sessions_of(ada.id, None).await.unwrap();
        assert!(left().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_session_needs_a_user() {
    on_both(async |database| {
        let orphan = database.store.insert_session("t", Uuid::now_v7(), at(0), at(1)).await;
        assert!(orphan.is_err());
    })
    .await;
}

fn token(user: &User, created: WallTime) -> ApiToken {
    ApiToken {
        id: Uuid::now_v7(),
        user: user.id,
        display_name: "Home Assistant".into(),
        created,
        expires: None,
        used: None,
    }
}

#[tokio::test]
async fn a_token_is_found_by_the_hash_of_its_secret() {
    on_both(async |database| {
        let store = &database.store;
        let ada = admin(store).await;
        let mut made = ApiToken { expires: Some(at(100)), ..token(&ada, at(0)) };
        store.insert_api_token(&made, "h1").await.unwrap();
        assert!(store.insert_api_token(&token(&ada, at(0)), "h1").await.is_err(), "one secret");

        store.touch_api_token(made.id, at(5)).await.unwrap();

        made.used = Some(at(5));
        let found = store.api_token_by_hash("h1").await.unwrap();
        assert_eq!(found, Some((made.clone(), ada.clone())));
        assert_eq!(store.api_token_by_hash("h2").await.unwrap(), None);

        assert!(!store.delete_api_token(made.id, Uuid::now_v7()).await.unwrap(), "not theirs");
        assert!(store.delete_api_token(made.id, ada.id).await.unwrap());
        assert!(!store.delete_api_token(made.id, ada.id).await.unwrap());
        assert_eq!(store.api_token_by_hash("h1").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn tokens_come_newest_first_in_pages_without_skip_or_repeat() {
    on_both(async |database| {
        let store = &database.store;
        let ada = admin(store).await;
        let mut made: Vec<ApiToken> = (0..12).map(|n| token(&ada, at(n / 5))).collect();
        for (n, token) in made.iter().enumerate() {
            store.insert_api_token(token, &format!("h{n}")).await.unwrap();
        }
        made.sort_by_key(|token| std::cmp::Reverse((token.created, token.id)));

        for limit in [1, 5, 12, 50] {
            let mut listed: Vec<ApiToken> = Vec::new();
            loop {
                let after = listed.last().map(|token| (token.created, token.id));
                let page = store.api_tokens(ada.id, after, limit).await.unwrap();
                if page.is_empty() {
                    break;
                }
                listed.extend(page);
            }
            assert_eq!(listed, made);
        }
        assert_eq!(store.api_tokens(Uuid::now_v7(), None, 10).await.unwrap(), []);
    })
    .await;
}
