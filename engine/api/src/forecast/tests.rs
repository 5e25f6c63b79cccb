use super::*;

const NOW: WallTime = WallTime::from_micros(1_700_000_000_000_000);
const GB: u64 = 1_000_000_000;
const TB: u64 = 1000 * GB;

fn days(count: u32) -> Option<Duration> {
    Some(DAY * count)
}

fn standing(recorded: u64, free: u64, limits: Limits) -> Standing {
    let writer = |gb: u64| Writer { bytes_per_day: gb * GB, ..Writer::default() };
    Standing {
        now: NOW,
        recorded_bytes: recorded,
        protected_bytes: 0,
        free_bytes: Some(free),
        limits,
        writers: vec![writer(100), writer(40)],
    }
}

fn limits(max_age: Option<Duration>, max_bytes: Option<u64>) -> Limits {
    Limits { max_age, max_bytes, reserve_bytes: 10 * GB }
}

#[test]
fn the_words_say_what_the_numbers_do() {
    let month = limits(days(30), None);
    let cases = [
        (standing(TB, 1600 * GB, month), Some(11), "full in 11 days; 30 days need 4.2 TB"),
        (standing(TB, 7 * TB, month), None, "footage of 30 days needs 4.2 TB, and 8 TB are there"),
        (
            standing(2 * TB, 10 * GB, month),
            Some(0),
            "full: 14 days of footage fit; 30 days need 4.2 TB",
        ),
        (standing(TB, 150 * GB, month), Some(1), "full in 1 day; 30 days need 4.2 TB"),
        (
            standing(TB, TB, limits(None, None)),
            Some(7),
            "full in 7 days; then the oldest goes, and 14 days of footage fit",
        ),
        (
            standing(TB, 7 * TB, limits(days(30), Some(2 * TB))),
            Some(7),
            "the size limit is reached in 7 days; 30 days need 4.2 TB",
        ),
        (
            standing(3 * TB, 7 * TB, limits(None, Some(2 * TB))),
            Some(0),
            "the size limit is reached; then the oldest goes, and 14 days of footage fit",
        ),
        (
            standing(0, 0, month),
            Some(0),
            "full: less than an hour of footage fit; 30 days need 4.2 TB",
        ),
    ];
    for (standing, full_in_days, message) in cases {
        let forecast = forecast(&standing);
        assert_eq!(forecast.message, message);
        let full_in = forecast.full_at.map(|at| at.since(NOW).as_secs() / 86_400);
        assert_eq!(full_in, full_in_days, "{message}");
        assert_eq!(forecast.bytes_per_day, 140 * GB);
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let month = limits(days(30), None);
    let mut none = standing(TB, TB, month);
    none.writers.clear();
    let mut new = standing(TB, TB, month);
    new.writers = vec![Writer::default()];
    let mut no_disk = standing(TB, TB, month);
    no_disk.free_bytes = None;
    let cases = [
        (none, "no camera is being recorded"),
        (new, "not known yet: the first hour of recording tells"),
        (no_disk, "the disk does not answer; 30 days need 4.2 TB"),
    ];
    for (standing, message) in cases {
        let forecast = forecast(&standing);
        assert_eq!(forecast.message, message);
        assert_eq!((forecast.full_at, forecast.days_that_fit), (None, 0.0), "{message}");
    }
}

#[test]
fn limits_of_a_camera_and_protected_footage_count() {
    let mut own = standing(TB, 5 * TB, limits(days(30), None));
    own.writers[0].max_age = days(10);
    own.writers[1].max_bytes = Some(500 * GB);
    let forecast_of_own = forecast(&own);
    assert_eq!(forecast_of_own.needed_bytes, 1500 * GB);
    let message = "what is to be kept needs 1.5 TB, and 6 TB are there";
    assert_eq!(forecast_of_own.message, message);

    let mut kept = standing(2 * TB, 3 * TB, limits(days(30), None));
    let before = forecast(&kept);
    kept.protected_bytes = TB;
    let after = forecast(&kept);
    assert!(before.full_at.is_none() && after.full_at.is_some(), "{}", after.message);
    assert!(after.days_that_fit < before.days_that_fit);
}

#[test]
fn extremes_do_not_panic() {
    for (recorded, free, rate) in
        [(u64::MAX, u64::MAX, 1), (0, u64::MAX, u64::MAX), (u64::MAX, 0, 0)]
    {
        for max_age in [None, Some(Duration::MAX), Some(Duration::ZERO)] {
            let limits = Limits { max_age, max_bytes: Some(u64::MAX), reserve_bytes: u64::MAX };
            let mut standing = standing(recorded, free, limits);
            standing.protected_bytes = u64::MAX;
            standing.writers[0].bytes_per_day = rate;
            assert!(!forecast(&standing).message.is_empty());
        }
    }
}

#[test]
fn the_rate_is_of_the_time_in_which_there_was_footage() {
    let looked_at = days_looked_at(NOW);
    assert_eq!((looked_at.len(), looked_at[6].end), (7, NOW));
    assert_eq!(NOW.since(looked_at[0].start), DAY * 7);
    let on = |bytes: [u64; 7]| looked_at.iter().copied().zip(bytes).collect::<Vec<_>>();
    let long_ago = NOW - DAY * 300;
    let hours = |hours: u64| NOW - Duration::from_secs(hours * 3600);
    let cases = [
        (on([10; 7]), long_ago, 10),
        // It was off for five days.
        (on([0, 0, 0, 0, 0, 10, 10]), long_ago, 10),
        // It began six hours ago.
        (on([0, 0, 0, 0, 0, 0, 10]), hours(6), 40),
        // It began a day and a half ago.
        (on([0, 0, 0, 0, 0, 5, 10]), hours(36), 10),
        (on([0, 0, 0, 0, 0, 0, 10]), NOW - Duration::from_secs(3599), 0),
        (on([0; 7]), NOW, 0),
    ];
    for (days, oldest, want) in cases {
        assert_eq!(bytes_per_day(&days, oldest), want, "{days:?} since {oldest}");
    }
}

#[test]
fn what_goes_for_one_limit_makes_room_for_the_others() {
    let with = |max_bytes, reserve_bytes| Limits { max_age: days(1), max_bytes, reserve_bytes };
    let cases = [
        (with(None, 0), 0, 0),
        (with(None, 0), 30, 30),
        (with(Some(60), 0), 30, 40),
        (with(Some(60), 0), 50, 50),
        (with(Some(60), 75), 0, 70),
        // What is protected stays.
        (with(Some(1), 1000), 0, 80),
    ];
    for (limits, aged, want) in cases {
        assert_eq!(beyond(&limits, aged, 100, 20, Some(5)), want, "{limits:?} {aged}");
    }
    assert_eq!(beyond(&with(None, 1000), 0, 100, 0, None), 0, "the disk does not answer");
}

#[test]
fn sizes_are_told_as_disks_are_sold() {
    let cases = [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1_250_000, "1.2 MB"),
        (12_340_000_000, "12 GB"),
        (999_700_000_000, "1 TB"),
        (4_200_000_000_000, "4.2 TB"),
        (u64::MAX, "18 EB"),
    ];
    for (bytes, want) in cases {
        assert_eq!(size(bytes), want, "{bytes}");
    }
    for (days, want) in
        [(0.5, "12 hours"), (0.01, "less than an hour"), (1.0, "1 day"), (800.0, "2 years")]
    {
        assert_eq!(time(days), want);
    }
}
