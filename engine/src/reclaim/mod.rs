//! Gives disk space back: footage that is too old, too much, or in the way of what is recorded now.
//!
//! [`plan`] decides and is pure; [`Reclaimer`] acts, in the order that a crash cannot spoil: the
//! row becomes garbage, the file goes, the garbage is forgotten. While the database is away, what is
//! needed for the reserve is found by what the files say of themselves. Age is the time of
//! recording. A clock that jumps must not cost footage, so age counts only while the clock is
//! believed.
//!
//! Not here: the disk's own limits ([`crate::storage`]), the acts ([`pass`]).

pub(crate) mod blind;
pub(crate) mod clock;
mod files;
mod pass;
pub(crate) mod shelf;

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use ronin_core::{CameraId, Segment, SegmentId, Span, WallTime, storage::Limits};

pub use pass::{Needs, Reclaimer};

/// Files that can always still be made: a pass deletes no more at once.
pub(crate) const FREE_FILES_MIN: u64 = 1000;
/// Footage this young is never deleted, whatever the disk says.
const UNTOUCHABLE: Duration = Duration::from_secs(600);

/// Limits of one camera.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OwnLimits {
    /// Oldest footage; `None`: as for all cameras.
    pub max_age: Option<Duration>,
    /// Most footage; `None`: no limit of its own.
    pub max_bytes: Option<u64>,
}

/// What of a camera could go.
#[derive(Clone, PartialEq, Debug)]
pub struct CameraFootage {
    /// Its limits.
    pub own: OwnLimits,
    /// Its footage in the index; needed only where it has a limit of size.
    pub recorded_bytes: u64,
    /// Its oldest segments that are not protected, the oldest first.
    pub oldest: Vec<Segment>,
}

/// How things stand at a pass.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Situation {
    /// The time now.
    pub now: WallTime,
    /// The time that age is counted from; `None`: the clock is not believed.
    pub age_from: Option<WallTime>,
    /// Footage of all cameras in the index; needed only where there is a limit of size.
    pub recorded_bytes: u64,
    /// Free space on the disk; `None` where it does not answer.
    pub free_bytes: Option<u64>,
    /// Files that can still be made; `None` where there is no limit.
    pub free_files: Option<u64>,
}

impl Situation {
    /// Whether the disk has too little left, of space or of files, after so much was deleted.
    fn is_tight(&self, limits: &Limits, freed_bytes: u64, freed_files: u64) -> bool {
        let is_below = |free: Option<u64>, freed: u64, least: u64| {
            free.is_some_and(|free| free.saturating_add(freed) < least)
        };
        is_below(self.free_bytes, freed_bytes, limits.reserve_bytes)
            || is_below(self.free_files, freed_files, FREE_FILES_MIN)
    }

    /// Whether footage is too young to go. The end may lie in the future of a clock that was set
    /// back: then it is young too.
    fn is_young(&self, segment: &Segment) -> bool {
        self.now.since(segment.end) < UNTOUCHABLE
    }
}

/// Which segments go: of each camera those beyond its own limits and its age, then the oldest of
/// all cameras until all limits hold. Of each camera it is always a run of the oldest.
pub fn plan(cameras: &[CameraFootage], situation: &Situation, limits: &Limits) -> Vec<SegmentId> {
    let mut going = Vec::new();
    let mut freed = 0_u64;
    let mut next: Vec<usize> = Vec::with_capacity(cameras.len());
    for camera in cameras {
        let count = beyond_own_limits(camera, situation, limits);
        for segment in &camera.oldest[..count] {
            going.push(segment.id);
            freed = freed.saturating_add(segment.size_bytes);
        }
        next.push(count);
    }

    // The oldest of what is left, one at a time.
    let candidate = |camera: usize, at: usize| {
        let segment = cameras[camera].oldest.get(at).filter(|s| !situation.is_young(s))?;
        Some(Reverse((segment.end, camera, at)))
    };
    let fronts = next.iter().enumerate().filter_map(|(camera, at)| candidate(camera, *at));
    let mut fronts: BinaryHeap<_> = fronts.collect();
    loop {
        let left = situation.recorded_bytes.saturating_sub(freed);
        let too_much = limits.max_bytes.is_some_and(|max_bytes| left > max_bytes);
        if !(too_much || situation.is_tight(limits, freed, going.len() as u64)) {
            return going;
        }
        let Some(Reverse((_, camera, at))) = fronts.pop() else { return going };
        let segment = &cameras[camera].oldest[at];
        going.push(segment.id);
        freed = freed.saturating_add(segment.size_bytes);
        fronts.extend(candidate(camera, at + 1));
    }
}

/// Which of the `oldest` files of each camera go while the index is away: what the reserve needs, and
/// nothing protected. Age and size are looked at when the index is back.
pub(crate) fn plan_without_index(
    oldest: Vec<Vec<Segment>>,
    protected: impl Fn(&CameraId) -> Vec<Span>,
    situation: &Situation,
    limits: &Limits,
) -> Vec<Segment> {
    let footage = |mut oldest: Vec<Segment>| {
        oldest.retain(|segment| {
            let protected = protected(&segment.camera);
            protected.iter().all(|span| span.intersect(segment.span()).is_empty())
        });
        CameraFootage { own: OwnLimits::default(), recorded_bytes: 0, oldest }
    };
    let cameras: Vec<CameraFootage> = oldest.into_iter().map(footage).collect();
    let limits = Limits { max_age: None, max_bytes: None, ..*limits };
    let going = plan(&cameras, situation, &limits);
    let all = cameras.into_iter().flat_map(|camera| camera.oldest);
    all.filter(|segment| going.contains(&segment.id)).collect()
}

/// How many of a camera's oldest segments are too old, or too much for it alone.
fn beyond_own_limits(camera: &CameraFootage, situation: &Situation, limits: &Limits) -> usize {
    let max_age = camera.own.max_age.or(limits.max_age).zip(situation.age_from);
    let mut left = camera.recorded_bytes;
    let goes = |segment: &&Segment| {
        let too_old = max_age.is_some_and(|(max_age, from)| from.since(segment.end) > max_age);
        let too_much = camera.own.max_bytes.is_some_and(|max_bytes| left > max_bytes);
        left = left.saturating_sub(segment.size_bytes);
        !situation.is_young(segment) && (too_old || too_much)
    };
    camera.oldest.iter().take_while(goes).count()
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};
    use ronin_core::RunId;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: WallTime = WallTime::from_micros(1_700_000_000_000_000);

    fn segment(age: Duration, size_bytes: u64) -> Segment {
        Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start: NOW - age - Duration::from_secs(60),
            end: NOW - age,
            path: String::new(),
            size_bytes,
            frames: 1,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        }
    }

    fn situation(recorded_bytes: u64, free_bytes: u64) -> Situation {
        Situation {
            now: NOW,
            age_from: Some(NOW),
            recorded_bytes,
            free_bytes: Some(free_bytes),
            free_files: None,
        }
    }

    fn camera(own: OwnLimits, oldest: &[Segment]) -> CameraFootage {
        let recorded_bytes = oldest.iter().map(|s| s.size_bytes).sum();
        CameraFootage { own, recorded_bytes, oldest: oldest.to_vec() }
    }

    const UNLIMITED: Limits = Limits { max_age: None, max_bytes: None, reserve_bytes: 0 };
    const NO_OWN: OwnLimits = OwnLimits { max_age: None, max_bytes: None };

    #[test]
    fn each_limit_takes_the_oldest_and_no_more_than_it_must() {
        let oldest: Vec<Segment> = (0..10).map(|n| segment(HOUR * (20 - n), 100)).collect();
        let ids = |count: usize| oldest[..count].iter().map(|s| s.id).collect::<Vec<_>>();
        let cases = [
            (UNLIMITED, NO_OWN, 50, 0),
            (Limits { max_age: Some(HOUR * 17), ..UNLIMITED }, NO_OWN, 50, 3),
            (Limits { max_bytes: Some(750), ..UNLIMITED }, NO_OWN, 50, 3),
            (Limits { max_bytes: Some(1000), ..UNLIMITED }, NO_OWN, 50, 0),
            (Limits { reserve_bytes: 400, ..UNLIMITED }, NO_OWN, 50, 4),
            (Limits { reserve_bytes: 50, ..UNLIMITED }, NO_OWN, 50, 0),
            (UNLIMITED, OwnLimits { max_age: Some(HOUR * 17), ..NO_OWN }, 50, 3),
            (UNLIMITED, OwnLimits { max_bytes: Some(501), ..NO_OWN }, 50, 5),
            // A camera may keep longer than the others.
            (
                Limits { max_age: Some(HOUR * 12), ..UNLIMITED },
                OwnLimits { max_age: Some(HOUR * 18), ..NO_OWN },
                50,
                2,
            ),
        ];
        for (limits, own, free, count) in cases {
            let cameras = [camera(own, &oldest)];
            assert_eq!(plan(&cameras, &situation(1000, free), &limits), ids(count), "{limits:?}");
        }
    }

    #[test]
    fn what_all_cameras_must_give_is_the_oldest_of_all() {
        let a: Vec<Segment> = [9, 7, 5, 3].map(|age| segment(HOUR * age, 100)).to_vec();
        let b: Vec<Segment> = [8, 6, 4, 2].map(|age| segment(HOUR * age, 100)).to_vec();
        let cameras = [camera(NO_OWN, &a), camera(NO_OWN, &b)];
        let limits = Limits { max_bytes: Some(300), ..UNLIMITED };
        let want = [a[0].id, b[0].id, a[1].id, b[1].id, a[2].id];
        assert_eq!(plan(&cameras, &situation(800, 0), &limits), want);
    }

    #[test]
    fn e16_the_oldest_make_room_for_files_where_only_those_are_lacking() {
        let oldest: Vec<Segment> = (0..10).map(|n| segment(HOUR * (20 - n), 100)).collect();
        let cameras = [camera(NO_OWN, &oldest)];
        let gone = |free_files| {
            let situation = Situation { free_files, ..situation(1000, u64::MAX) };
            plan(&cameras, &situation, &UNLIMITED).len()
        };
        assert_eq!(gone(None), 0);
        assert_eq!(gone(Some(FREE_FILES_MIN)), 0);
        assert_eq!(gone(Some(FREE_FILES_MIN - 3)), 3);
        assert_eq!(gone(Some(0)), 10);
    }

    #[test]
    fn a_clock_that_is_not_believed_makes_nothing_old() {
        let cameras = [camera(NO_OWN, &[segment(HOUR * 10_000, 100)])];
        let limits = Limits { max_age: Some(HOUR), ..UNLIMITED };
        let doubted = Situation { age_from: None, ..situation(100, 0) };
        assert!(plan(&cameras, &doubted, &limits).is_empty());
    }

    fn any_camera(random: &mut StdRng) -> CameraFootage {
        let mut ages: Vec<u64> =
            (0..random.random_range(0..30)).map(|_| random.random_range(0..400_000)).collect();
        ages.sort_unstable_by(|a, b| b.cmp(a));
        let oldest: Vec<Segment> = ages
            .iter()
            .map(|age| segment(Duration::from_secs(*age), random.random_range(0..1000)))
            .collect();
        let own = OwnLimits {
            max_age: random.random_bool(0.3).then(|| HOUR * random.random_range(0..100)),
            max_bytes: random.random_bool(0.3).then(|| random.random_range(0..9_000)),
        };
        let mut camera = camera(own, &oldest);
        // There is more than was read.
        camera.recorded_bytes += random.random_range(0..3) * 500;
        camera
    }

    #[test]
    fn any_plan_takes_runs_of_the_oldest_spares_the_youngest_and_stops_when_all_limits_hold() {
        let seed = rand::random();
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..5_000 {
            let cameras: Vec<CameraFootage> =
                (0..random.random_range(1..5)).map(|_| any_camera(&mut random)).collect();
            let total: u64 = cameras.iter().map(|camera| camera.recorded_bytes).sum();
            let limits = Limits {
                max_age: random.random_bool(0.5).then(|| HOUR * random.random_range(0..100)),
                max_bytes: random.random_bool(0.5).then(|| random.random_range(0..40_000)),
                reserve_bytes: random.random_range(0..20_000),
            };
            let situation = situation(total, random.random_range(0..10_000));

            let going = plan(&cameras, &situation, &limits);

            let goes = |segment: &&Segment| going.contains(&segment.id);
            let mut freed = 0;
            let mut taken = 0;
            let mut needless = true;
            for camera in &cameras {
                let count = camera.oldest.iter().take_while(goes).count();
                taken += count;
                let (gone, kept) = camera.oldest.split_at(count);
                assert!(gone.iter().all(|s| !situation.is_young(s)), "seed {seed}");
                freed += gone.iter().map(|s| s.size_bytes).sum::<u64>();
                let own: u64 =
                    camera.recorded_bytes - gone.iter().map(|s| s.size_bytes).sum::<u64>();
                if let Some(next) = kept.first().filter(|s| !situation.is_young(s)) {
                    needless = false;
                    let max_age = camera.own.max_age.or(limits.max_age);
                    assert!(max_age.is_none_or(|age| NOW.since(next.end) <= age), "seed {seed}");
                    assert!(camera.own.max_bytes.is_none_or(|max| own <= max), "seed {seed}");
                }
            }
            assert_eq!(taken, going.len(), "of each camera a run of its oldest; seed {seed}");
            // Where something could still go, nothing needs to.
            let holds = limits.max_bytes.is_none_or(|max| total - freed <= max)
                && situation.free_bytes.unwrap() + freed >= limits.reserve_bytes;
            assert!(needless || holds, "seed {seed}");
        }
    }
}
