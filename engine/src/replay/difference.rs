//! Which events of two lists are the same.

use std::time::Duration;

use ronin_core::{Event, Span, detection::Difference, event::EventState};

/// Part of the time of either that two events of one object share at least. Half: they may begin at
/// other pictures, and one may be cut where the footage is.
const SHARED_MIN: f64 = 0.5;

/// As long as the last picture of an event stands for.
const MOMENT: Duration = Duration::from_millis(200);

/// How `made` compares with `recorded`. An event is the same as another of its class at about the same
/// time; each counts once.
pub(super) fn compare(made: &[Event], recorded: &[Event]) -> Difference {
    let mut open: Vec<&Event> =
        recorded.iter().filter(|event| event.state != EventState::Rejected).collect();
    let mut difference = Difference::default();
    for (index, event) in made.iter().enumerate() {
        let fits = |other: &&Event| other.label == event.label;
        let best = (0..open.len())
            .filter(|at| fits(&open[*at]))
            .map(|at| (at, shared(event, open[at])))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, shared)| *shared >= SHARED_MIN);
        match best {
            Some((at, _)) => {
                open.remove(at);
                difference.same += 1;
            }
            None => difference.new.push(index),
        }
    }
    difference.missing = open.iter().map(|event| event.id).collect();
    difference
}

/// Part of the shorter one's time that both share, 0 to 1.
fn shared(one: &Event, other: &Event) -> f64 {
    // An object that was seen in one picture was there for a while.
    let span = |event: &Event| Span::new(event.start, event.end + MOMENT);
    let (one, other) = (span(one), span(other));
    let common = one.intersect(other).duration().as_secs_f64();
    let shorter = one.duration().min(other.duration()).as_secs_f64();
    common / shorter
}

#[cfg(test)]
mod tests {
    use ronin_core::WallTime;
    use ronin_testkit::events::event;

    use super::*;

    fn at(label: &str, start: i64, end: i64) -> Event {
        let second = |s: i64| WallTime::from_micros((1_700_000_000 + s) * 1_000_000);
        event("yard", label, Span::new(second(start), second(end)))
    }

    #[test]
    fn events_of_a_class_at_about_the_same_time_are_the_same_once() {
        let made =
            [at("person", 0, 10), at("person", 20, 30), at("car", 40, 50), at("person", 41, 44)];
        let recorded =
            [at("person", 1, 12), at("person", 28, 60), at("person", 40, 50), at("dog", 40, 50)];
        let difference = compare(&made, &recorded);
        assert_eq!(difference.same, 2);
        assert_eq!(difference.new, [1, 2]);
        assert_eq!(difference.missing, [recorded[1].id, recorded[3].id]);
    }

    #[test]
    fn nothing_is_the_same_as_nothing() {
        assert_eq!(compare(&[], &[]), Difference::default());
    }
}
