//! Waiting for a state with a bound. The only place that sleeps.

use std::time::{Duration, Instant};

/// How often a condition is asked: often enough to cost a test little, seldom enough to leave the
/// machine to what is waited for.
const POLL: Duration = Duration::from_millis(20);

/// Waits until `cond` holds, at most for `bound`. Says whether it came to hold.
pub fn until(bound: Duration, mut cond: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + bound;
    while !cond() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(POLL);
    }
    true
}

/// Waits until `cond` holds.
///
/// # Panics
/// When it does not hold within `bound`; the message names `what`.
#[track_caller]
pub fn eventually(bound: Duration, what: &str, cond: impl FnMut() -> bool) {
    assert!(until(bound, cond), "waited {bound:?} in vain for: {what}");
}

/// As [`eventually`], for async tests; `cond` itself is not async.
///
/// # Panics
/// When it does not hold within `bound`; the message names `what`.
pub async fn eventually_async(bound: Duration, what: &str, mut cond: impl FnMut() -> bool) {
    let end = Instant::now() + bound;
    while !cond() {
        assert!(Instant::now() < end, "waited {bound:?} in vain for: {what}");
        tokio::time::sleep(POLL).await;
    }
}

/// As [`eventually`], for a condition that has to be awaited. It is given the value that `probe`
/// came to, so that a test can go on with it.
///
/// # Panics
/// When `probe` gives no value within `bound`; the message names `what`.
pub async fn eventually_some<T, F>(bound: Duration, what: &str, mut probe: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let found = tokio::time::timeout(bound, async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::time::sleep(POLL).await;
        }
    });
    match found.await {
        Ok(value) => value,
        Err(_) => panic!("waited {bound:?} in vain for: {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_comes_true_ends_the_wait() {
        let mut asked = 0;
        eventually(Duration::from_secs(5), "the third question", || {
            asked += 1;
            asked == 3
        });
        assert_eq!(asked, 3);
    }

    #[test]
    #[should_panic(expected = "in vain for: the moon")]
    fn a_wait_in_vain_says_for_what() {
        eventually(Duration::from_millis(30), "the moon", || false);
    }

    #[tokio::test]
    async fn an_awaited_value_is_handed_on() {
        let mut asked = 0;
        let value = eventually_some(Duration::from_secs(5), "a second question", || {
            asked += 1;
            std::future::ready((asked == 2).then_some("yes"))
        });
        assert_eq!(value.await, "yes");
    }
}
