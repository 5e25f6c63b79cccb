//! Stays of one object in zones: coming, going, loitering.
//!
//! Whoever stands on the edge of a zone must not come and go with each picture: it takes two
//! sightings to come, and a second outside to go. Not here: which zones matter for an event.

use std::time::Duration;

use ronin_core::{
    WallTime,
    detect::{Zone, ZoneName},
    event::{Place, ZoneVisit},
};

/// Inside in two sightings, or in one that is so long after the one before.
const APART: Duration = Duration::from_millis(500);
/// Outside for so long.
const GONE: Duration = Duration::from_secs(1);
/// Somebody who goes in and out all day needs no longer list.
const VISITS_MAX: usize = 64;
/// The lower edge of what is cut by the picture's own edge lies in the picture.
const INSIDE_MAX: f32 = 0.9999;

/// A moment by both clocks.
type Time = (Duration, WallTime);

/// How an object stands to one zone.
#[derive(Clone, Copy, Debug)]
enum Stay {
    Outside,
    /// Seen inside once.
    Coming {
        since: Time,
    },
    /// In it. `outside`: since when it is seen outside.
    Inside {
        since: Time,
        outside: Option<Time>,
    },
}

/// The stays of one object.
#[derive(Clone, Debug)]
pub(super) struct Visits {
    list: Vec<ZoneVisit>,
    /// One for each zone.
    stays: Vec<Stay>,
    last: Option<Duration>,
}

impl Visits {
    pub(super) fn new(zones: &[Zone]) -> Self {
        Self { list: Vec::new(), stays: vec![Stay::Outside; zones.len()], last: None }
    }

    /// The object is at a place. Returns whether it came, went, or loiters from now on.
    pub(super) fn see(
        &mut self,
        zones: &[Zone],
        label: &str,
        place: &Place,
        now: Duration,
        wall: WallTime,
    ) -> bool {
        let (x, y) = place.foot();
        let (x, y) = (x.clamp(0.0, INSIDE_MAX), y.clamp(0.0, INSIDE_MAX));
        let is_apart = self.last.is_some_and(|last| now.saturating_sub(last) >= APART);
        self.last = Some(now);
        let mut is_news = false;
        for (zone, stay) in zones.iter().zip(&mut self.stays).filter(|(z, _)| z.is_for(label)) {
            let is_inside = zone.area.contains(x, y);
            *stay = match *stay {
                Stay::Outside if is_inside && is_apart => {
                    is_news = true;
                    enter(&mut self.list, zone, (now, wall))
                }
                Stay::Outside if is_inside => Stay::Coming { since: (now, wall) },
                Stay::Coming { since } if is_inside => {
                    is_news = true;
                    enter(&mut self.list, zone, since)
                }
                Stay::Outside | Stay::Coming { .. } => Stay::Outside,
                Stay::Inside { since, .. } if is_inside => Stay::Inside { since, outside: None },
                Stay::Inside { since, outside } => {
                    let left = outside.unwrap_or((now, wall));
                    if now.saturating_sub(left.0) >= GONE {
                        is_news = true;
                        leave(&mut self.list, zone, left.1);
                        Stay::Outside
                    } else {
                        Stay::Inside { since, outside: Some(left) }
                    }
                }
            };
            is_news |= loiters(&mut self.list, zone, stay, now);
        }
        is_news
    }

    /// The stays so far.
    pub(super) fn list(&self) -> &[ZoneVisit] {
        &self.list
    }

    /// The zone in which the object counts, or did so before: where the zone asks for a stay, only
    /// after it.
    pub(super) fn counts(&self, zones: &[Zone]) -> Option<&ZoneName> {
        let zone_of = |visit: &&ZoneVisit| zones.iter().find(|zone| zone.name == visit.zone);
        let counts = |visit: &&ZoneVisit| {
            zone_of(visit).is_some_and(|zone| zone.loiter.is_none() || visit.loitered)
        };
        self.list.iter().find(counts).map(|visit| &visit.zone)
    }

    /// A zone in which the object is, not yet for long enough: for how long, and how long it takes.
    pub(super) fn waits<'a>(
        &self,
        zones: &'a [Zone],
        now: Duration,
    ) -> Option<(&'a ZoneName, Duration, Duration)> {
        zones.iter().zip(&self.stays).find_map(|(zone, stay)| match stay {
            Stay::Inside { since, .. } => {
                Some((&zone.name, now.saturating_sub(since.0), zone.loiter?))
            }
            Stay::Outside | Stay::Coming { .. } => None,
        })
    }

    /// Forgets the stays that are over.
    pub(super) fn forget_ended(&mut self) {
        self.list.retain(|visit| visit.left.is_none());
    }

    /// The stays of an object that is gone since `at`.
    pub(super) fn ended(&self, at: WallTime) -> Vec<ZoneVisit> {
        let mut list = self.list.clone();
        for visit in &mut list {
            visit.left.get_or_insert(at.max(visit.entered));
        }
        list
    }
}

fn enter(list: &mut Vec<ZoneVisit>, zone: &Zone, since: Time) -> Stay {
    if list.len() < VISITS_MAX {
        let (zone, entered) = (zone.name.clone(), since.1);
        list.push(ZoneVisit { zone, entered, left: None, loitered: false });
    }
    Stay::Inside { since, outside: None }
}

/// The stay that goes on; `None` where it is not in the list.
fn open_visit<'a>(list: &'a mut [ZoneVisit], zone: &Zone) -> Option<&'a mut ZoneVisit> {
    list.iter_mut().find(|visit| visit.left.is_none() && visit.zone == zone.name)
}

fn leave(list: &mut [ZoneVisit], zone: &Zone, at: WallTime) {
    if let Some(visit) = open_visit(list, zone) {
        visit.left = Some(at.max(visit.entered));
    }
}

/// Notes when the stay is as long as the zone asks for.
fn loiters(list: &mut [ZoneVisit], zone: &Zone, stay: &Stay, now: Duration) -> bool {
    let Stay::Inside { since, .. } = stay else { return false };
    let (Some(needed), Some(visit)) = (zone.loiter, open_visit(list, zone)) else { return false };
    let is_news = !visit.loitered && now.saturating_sub(since.0) >= needed;
    visit.loitered |= is_news;
    is_news
}

#[cfg(test)]
mod tests {
    use ronin_core::polygon::{Point, Polygon};

    use super::*;

    /// The right half of the picture, down to its lower edge.
    fn zone(labels: &[&str], loiter: Option<u64>) -> Zone {
        let points = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)];
        Zone {
            name: "Right".parse().unwrap(),
            area: Polygon::new(&points.map(|(x, y)| Point { x, y })).unwrap(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            loiter: loiter.map(Duration::from_secs),
        }
    }

    fn wall(ms: u64) -> WallTime {
        WallTime::from_micros(1_000 * ms as i64)
    }

    /// Shows a foot at these places, so many milliseconds apart; says when there was news.
    fn walk(zone: &Zone, step_ms: u64, feet: &[f32]) -> (Visits, Vec<usize>) {
        let zones = std::slice::from_ref(zone);
        let mut visits = Visits::new(zones);
        let mut news = Vec::new();
        for (index, x) in feet.iter().enumerate() {
            let place = Place { x: x - 0.05, y: 0.5, width: 0.1, height: 0.5 };
            let ms = step_ms * index as u64;
            if visits.see(zones, "person", &place, Duration::from_millis(ms), wall(ms)) {
                news.push(index);
            }
        }
        (visits, news)
    }

    #[test]
    fn stay_begins_with_the_first_picture_inside_and_ends_with_the_first_outside() {
        let feet = [0.3, 0.4, 0.6, 0.7, 0.8, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3];

        let (visits, news) = walk(&zone(&[], None), 200, &feet);

        let [visit] = visits.list() else { panic!("{:?}", visits.list()) };
        assert_eq!((visit.entered, visit.left), (wall(400), Some(wall(1_000))));
        assert_eq!(news, [3, 10]);
    }

    #[test]
    fn edge_is_not_crossed_with_each_picture() {
        let jitter: Vec<f32> = (0..60).map(|n| if n % 3 == 0 { 0.52 } else { 0.48 }).collect();
        assert!(walk(&zone(&[], None), 200, &jitter).0.list().is_empty());

        let mut inside = vec![0.6; 3];
        inside.extend((0..60).map(|n| if n % 3 == 0 { 0.52 } else { 0.48 }));
        let (visits, news) = walk(&zone(&[], None), 200, &inside);
        assert_eq!((visits.list().len(), news.len()), (1, 1));
        assert_eq!(visits.list()[0].left, None);
    }

    #[test]
    fn one_picture_inside_is_enough_where_there_are_few() {
        assert_eq!(walk(&zone(&[], None), 1_000, &[0.3, 0.7, 0.3]).0.list().len(), 1);
        assert_eq!(walk(&zone(&[], None), 100, &[0.3, 0.7, 0.3]).0.list().len(), 0);
    }

    #[test]
    fn loitering_is_told_once_when_it_is_long_enough() {
        let zone = zone(&[], Some(3));
        let (visits, news) = walk(&zone, 500, &[0.7; 10]);

        assert_eq!(news, [1, 6]);
        assert!(visits.list()[0].loitered);
        let zones = std::slice::from_ref(&zone);
        assert_eq!(visits.counts(zones), Some(&zone.name));
        assert_eq!(visits.ended(wall(9_000))[0].left, Some(wall(9_000)));

        let (visits, _) = walk(&zone, 500, &[0.7; 5]);
        assert_eq!(visits.counts(zones), None);
        let waits = visits.waits(zones, Duration::from_secs(2)).unwrap();
        assert_eq!((waits.1, waits.2), (Duration::from_secs(2), Duration::from_secs(3)));
    }

    #[test]
    fn zones_for_others_do_not_count() {
        assert!(walk(&zone(&["car"], None), 200, &[0.7; 9]).0.list().is_empty());
        assert_eq!(walk(&zone(&["car", "person"], None), 200, &[0.7; 9]).0.list().len(), 1);
    }

    #[test]
    fn list_of_stays_has_a_limit() {
        let feet: Vec<f32> = (0..2_000).map(|n| if n / 4 % 2 == 0 { 0.7 } else { 0.3 }).collect();

        let (visits, _) = walk(&zone(&[], None), 500, &feet);

        assert_eq!(visits.list().len(), VISITS_MAX);
        assert!(visits.list().iter().all(|visit| visit.left.is_some()));
    }
}
