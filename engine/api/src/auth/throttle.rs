//! Slows guessing down: so many failures a minute for an address and for a user name.
//!
//! The address is the connection's own. What a header says of it (X-Forwarded-For) is anybody's
//! invention.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Failures in a window.
const FAILURES_MAX: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses and names remembered each. Full means an attack from many places: the oldest goes.
const REMEMBERED: usize = 4096;

/// Counts failures. Cheap to clone; clones share the counts.
#[derive(Clone, Default)]
pub(crate) struct Throttle(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    by_address: HashMap<IpAddr, Count>,
    by_name: HashMap<String, Count>,
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    since: Instant,
}

/// An attempt under way: it counts as failed until [`Attempt::succeeded`], so that attempts made
/// at the same time cannot slip through together.
#[must_use]
pub(crate) struct Attempt {
    throttle: Throttle,
    address: IpAddr,
    name: String,
}

impl Throttle {
    /// Begins an attempt, or says how long to wait.
    pub(crate) fn begin(&self, address: IpAddr, name: &str) -> Result<Attempt, Duration> {
        self.begin_at(address, name, Instant::now())
    }

    fn begin_at(&self, address: IpAddr, name: &str, now: Instant) -> Result<Attempt, Duration> {
        let address = subscriber(address);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address_wait = wait(&state.by_address, &address, now);
        let name_wait = wait(&state.by_name, name, now);
        if let Some(wait) = address_wait.max(name_wait) {
            return Err(wait);
        }
        count(&mut state.by_address, address, now);
        count(&mut state.by_name, name.to_owned(), now);
        Ok(Attempt { throttle: self.clone(), address, name: name.to_owned() })
    }
}

impl Attempt {
    /// The attempt was no failure.
    pub(crate) fn succeeded(self) {
        let mut state = self.throttle.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = state.by_address.get_mut(&self.address) {
            count.failures = count.failures.saturating_sub(1);
        }
        if let Some(count) = state.by_name.get_mut(&self.name) {
            count.failures = count.failures.saturating_sub(1);
        }
    }
}

/// One customer of a provider has a whole /64 of IPv6.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn wait<K, Q>(counts: &HashMap<K, Count>, key: &Q, now: Instant) -> Option<Duration>
where
    K: Hash + Eq + std::borrow::Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    let count = counts.get(key)?;
    let age = now.saturating_duration_since(count.since);
    (count.failures >= FAILURES_MAX && age < WINDOW).then(|| WINDOW - age)
}

fn count<K: Hash + Eq + Clone>(counts: &mut HashMap<K, Count>, key: K, now: Instant) {
    let fresh = |count: &Count| now.saturating_duration_since(count.since) < WINDOW;
    if counts.len() >= REMEMBERED && !counts.contains_key(&key) {
        counts.retain(|_, count| fresh(count));
        if counts.len() >= REMEMBERED {
            let oldest = counts.iter().min_by_key(|(_, count)| count.since);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                counts.remove(&oldest);
            }
        }
    }
    let entry = counts.entry(key).or_insert(Count { failures: 0, since: now });
    if !fresh(entry) {
        *entry = Count { failures: 0, since: now };
    }
    entry.failures += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn the_twenty_first_failure_in_a_minute_waits() {
        let throttle = Throttle::default();
        let start = Instant::now();
        for n in 0..20 {
            assert!(throttle.begin_at(ip(1), &format!("user{n}"), start).is_ok());
        }
        let wait = throttle.begin_at(ip(1), "other", start + Duration::from_secs(10));
        assert_eq!(wait.err(), Some(Duration::from_secs(50)));
        assert!(throttle.begin_at(ip(2), "other", start).is_ok(), "another address is free");
        assert!(throttle.begin_at(ip(1), "other", start + WINDOW).is_ok(), "a minute later");
    }

    #[test]
    fn a_name_is_guarded_from_many_addresses_and_successes_do_not_count() {
        let throttle = Throttle::default();
        let start = Instant::now();
        for n in 0..100 {
            throttle.begin_at(ip(n), "admin", start).ok().unwrap().succeeded();
        }
        for n in 0..20 {
            assert!(throttle.begin_at(ip(n), "admin", start).is_ok());
        }
        assert!(throttle.begin_at(ip(999), "admin", start).is_err());
    }

    #[test]
    fn memory_is_bounded_and_a_network_is_one_address() {
        let throttle = Throttle::default();
        let start = Instant::now();
        for n in 0..u32::try_from(REMEMBERED + 100).unwrap() {
            let _ = throttle.begin_at(ip(n), &format!("user{n}"), start);
        }
        let state = throttle.0.lock().unwrap();
        assert!(state.by_address.len() <= REMEMBERED && state.by_name.len() <= REMEMBERED);
        let a: IpAddr = "2001:db8::1".parse().unwrap();
        let b: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert_eq!(subscriber(a), subscriber(b));
        assert_eq!(subscriber("::ffff:1.2.3.4".parse().unwrap()), ip(0x0102_0304));
    }
}
