//! Credentials that the database confirmed lately, for the time in which it does not answer: who
//! was signed in stays signed in.
//!
//! Not here: which credentials hold. What is revoked is forgotten at once, also where a look-up that
//! began before is still under way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ronin_core::WallTime;
use tokio::time::Instant;

use super::{Caller, Credential};

/// Credentials remembered. Full means that the one confirmed longest ago goes.
const KNOWN_MAX: usize = 1024;
/// A credential that the database has not confirmed for so long has to wait for it.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 3600);
/// After a look-up that found the database away, others do not wait for it.
const AWAY_FOR: Duration = Duration::from_secs(5);

/// See the module. Cheap to clone; clones share what they know.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    by_hash: HashMap<String, Entry>,
    /// Counts revocations.
    revocations: u64,
    away_since: Option<Instant>,
}

struct Entry {
    caller: Caller,
    confirmed: Instant,
}

/// A look-up under way.
pub(super) struct LookUp {
    revocations: u64,
}

impl Known {
    /// Begins a look-up.
    pub(super) fn begin(&self) -> LookUp {
        LookUp { revocations: self.state().revocations }
    }

    /// The database confirmed a credential. Not remembered where one was revoked since the look-up
    /// began: it may have been this one.
    pub(super) fn confirm(&self, look_up: &LookUp, token_hash: &str, caller: &Caller) {
        let mut state = self.state();
        state.away_since = None;
        if state.revocations != look_up.revocations {
            return;
        }
        let by_hash = &mut state.by_hash;
        if by_hash.len() >= KNOWN_MAX && !by_hash.contains_key(token_hash) {
            let oldest = by_hash.iter().min_by_key(|(_, entry)| entry.confirmed);
            if let Some(oldest) = oldest.map(|(hash, _)| hash.clone()) {
                by_hash.remove(&oldest);
            }
        }
        let entry = Entry { caller: caller.clone(), confirmed: Instant::now() };
        by_hash.insert(token_hash.to_owned(), entry);
    }

    /// The database did not answer a look-up.
    pub(super) fn note_away(&self) {
        self.state().away_since = Some(Instant::now());
    }

    /// Whether it did not answer one a moment ago.
    pub(super) fn is_away(&self) -> bool {
        self.state().away_since.is_some_and(|since| since.elapsed() < AWAY_FOR)
    }

    /// Whose this credential was when the database last answered.
    pub(super) fn recall(&self, token_hash: &str) -> Option<Caller> {
        let state = self.state();
        let entry = state.by_hash.get(token_hash)?;
        let is_fresh = entry.confirmed.elapsed() < KNOWN_FOR;
        let holds = entry.caller.expires().is_none_or(|end| end > WallTime::now());
        (is_fresh && holds).then(|| entry.caller.clone())
    }

    /// Forgets those that lost their worth.
    pub(super) fn revoke(&self, is_gone: impl Fn(&Caller) -> bool) {
        let mut state = self.state();
        state.revocations += 1;
        state.by_hash.retain(|_, entry| !is_gone(&entry.caller));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caller {
    /// When the credential ends; `None`: never.
    pub(crate) fn expires(&self) -> Option<WallTime> {
        match self.credential {
            Credential::Session { expires, .. } => Some(expires),
            Credential::ApiToken { expires, .. } => expires,
        }
    }
}

#[cfg(test)]
mod tests {
    use ronin_store::{Role, User};
    use tokio::time::advance;
    use uuid::Uuid;

    use super::*;

    fn caller(token_hash: &str, expires: WallTime) -> Caller {
        let user = User { id: Uuid::now_v7(), username: "a".into(), role: Role::Admin };
        let token_hash = token_hash.to_owned();
        Caller { user, credential: Credential::Session { token_hash, expires } }
    }

    fn later() -> WallTime {
        WallTime::now() + KNOWN_FOR * 2
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_confirmed_is_known_for_a_day_and_not_beyond_its_end() {
        let known = Known::default();
        known.confirm(&known.begin(), "a", &caller("a", later()));
        known.confirm(&known.begin(), "ended", &caller("ended", WallTime::now()));
        assert!(known.recall("a").is_some());
        assert!(known.recall("b").is_none() && known.recall("ended").is_none());
        advance(KNOWN_FOR).await;
        assert!(known.recall("a").is_none());
    }

    #[test]
    fn what_is_revoked_during_a_look_up_is_not_remembered() {
        let known = Known::default();
        known.confirm(&known.begin(), "a", &caller("a", later()));
        let look_up = known.begin();
        known.revoke(|caller| {
            matches!(&caller.credential,
            Credential::Session { token_hash, .. } if token_hash == "a")
        });
        known.confirm(&look_up, "a", &caller("a", later()));
        assert!(known.recall("a").is_none());
        known.confirm(&known.begin(), "b", &caller("b", later()));
        assert!(known.recall("b").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_the_oldest_goes() {
        let known = Known::default();
        for n in 0..KNOWN_MAX + 10 {
            known.confirm(&known.begin(), &n.to_string(), &caller("", later()));
            advance(Duration::from_millis(1)).await;
        }
        assert_eq!(known.state().by_hash.len(), KNOWN_MAX);
        assert!(known.recall("9").is_none() && known.recall("10").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_was_away_is_asked_again_soon() {
        let known = Known::default();
        assert!(!known.is_away());
        known.note_away();
        assert!(known.is_away());
        advance(AWAY_FOR).await;
        assert!(!known.is_away());
        known.note_away();
        known.confirm(&known.begin(), "a", &caller("a", later()));
        assert!(!known.is_away());
    }
}
