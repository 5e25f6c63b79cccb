//! All stages of one camera on real footage: who is found, who stays who, and what is told of it.
//!
//! The labels are those of the clip, and good, not perfect; the limits leave room for their gaps.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use ronin_core::{
    DetectSettings, EventId, WallTime,
    event::{Event, EventState, Gate, Place},
    frame::VideoFrame,
};
use ronin_vision::{
    chain::{Ask, Chain, Change, ModelIdentity, Options},
    detector::{Detect, Detection, Detector},
    geometry::Rect,
    motion::Luma,
    track::{LEAST_SCORE, SURE_SCORE},
};

use crate::people::{Figures, HEIGHT, Label, MATCH_IOU, WIDTH, frames, labels, load_from_score};

/// Changes of identity that may be: one in thirty sightings. People meet all the time there, the
/// labels themselves change places now and then, and another processor rounds otherwise.
const CHANGES_MAX: usize = 45;
/// The labels end there.
const LAST: usize = 554;

fn chain(detector: &Detector) -> Chain {
    let mut number = 0;
    Chain::new(Options {
        camera: "square".parse().unwrap(),
        settings: DetectSettings::with_motion(true),
        model: Some(ModelIdentity::from(detector.info())),
        still: Vec::new(),
        ids: Box::new(move || {
            number += 1;
            format!("00000000-0000-0000-0000-{number:012}").parse::<EventId>().unwrap()
        }),
    })
}

fn luma(frame: &VideoFrame) -> Vec<u8> {
    let grey = |pixel: &[u8]| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        ((77 * red + 150 * green + 29 * blue) >> 8) as u8
    };
    (0..HEIGHT).flat_map(|row| frame.row(row).chunks_exact(3).map(grey)).collect()
}

/// People by the numbers of their tracks, in one picture.
type People = Vec<(u64, Rect)>;

/// What came of a run.
#[derive(Default, PartialEq, Debug)]
struct Run {
    asks: BTreeMap<usize, Ask>,
    /// What the detector was sure of, in the pictures all of which it looked at.
    found: BTreeMap<usize, Vec<Rect>>,
    people: BTreeMap<usize, People>,
    changes: Vec<Change>,
}

/// Every other picture goes through the stages: five in a second.
fn run(
    chain: &mut Chain,
    pictures: &[(usize, VideoFrame)],
    mut detect: impl FnMut(usize, &VideoFrame, Rect) -> Vec<Detection>,
) -> Run {
    let mut run = Run::default();
    for (number, frame) in pictures {
        let grey = luma(frame);
        let luma = Luma::new(&grey, WIDTH as usize, WIDTH as usize, HEIGHT as usize).unwrap();
        let (at, wall) = (Duration::from_millis(100 * *number as u64), frame.time());
        let looked = chain.look(&luma, at, wall);
        run.changes.extend(looked.changes);
        let Some(ask) = looked.ask else { continue };
        let found = detect(*number, frame, ask.regions[0]);
        let took = Duration::ZERO;
        let (seen, changes) = chain.judge(at, wall, &ask, looked.motion, &found, took);
        run.changes.extend(changes);
        let tracked = seen
            .objects
            .iter()
            .filter_map(|object| object.track.map(|track| (track, Rect::from(object.place))));
        run.people.insert(*number, tracked.collect());
        if ask.regions[0] == Rect::WHOLE {
            let sure = seen.objects.iter().filter(|object| object.score >= SURE_SCORE);
            run.found.insert(*number, sure.map(|object| Rect::from(object.place)).collect());
        }
        run.asks.insert(*number, ask);
    }
    run.changes.extend(chain.end());
    run
}

/// How often people are given another number.
#[derive(Default)]
struct Identities {
    /// Sightings of people whose track is known.
    sightings: usize,
    changes: usize,
    people: BTreeMap<usize, u64>,
}

/// Follows the labels from one labelled picture to the next by what they share, and compares the
/// numbers of the tracks that lie there. Somebody who has no label for a moment is somebody else
/// from then on.
fn identities(
    labels: &HashMap<usize, Vec<Label>>,
    tracked: &BTreeMap<usize, People>,
) -> Identities {
    let (mut before, mut next) = (Vec::<(Rect, usize)>::new(), 0);
    let mut identities = Identities::default();
    for number in (0..=LAST).step_by(2) {
        let sure = labels[&number].iter().filter(|label| label.is_sure);
        let places: Vec<Rect> = sure.map(|label| label.place).collect();
        let links = pairs(&places, before.iter().map(|(place, _)| *place));
        let mut now: Vec<_> = places.iter().map(|place| (*place, usize::MAX)).collect();
        for (index, link) in links {
            now[index].1 = before[link].1;
        }
        for (_, person) in now.iter_mut().filter(|(_, person)| *person == usize::MAX) {
            *person = next;
            next += 1;
        }
        let tracks = tracked.get(&number).map(Vec::as_slice).unwrap_or_default();
        for (index, track) in pairs(&places, tracks.iter().map(|(_, place)| *place)) {
            let known = identities.people.insert(now[index].1, tracks[track].0);
            identities.sightings += 1;
            identities.changes += usize::from(known.is_some_and(|known| known != tracks[track].0));
        }
        before = now;
    }
    identities
}

/// Which places are those of which others, each once, those that share most first.
fn pairs(places: &[Rect], others: impl Iterator<Item = Rect>) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (other, rect) in others.enumerate() {
        let shared = places.iter().enumerate().map(|(index, place)| (place.iou(&rect), index));
        all.extend(shared.map(|(iou, index)| (iou, index, other)));
    }
    all.retain(|(iou, ..)| *iou > MATCH_IOU);
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, index, other) in all {
        if !taken.contains(&index) && given.insert(other) {
            taken.insert(index);
            pairs.push((index, other));
        }
    }
    pairs
}

/// Each event as it was told last.
fn events(changes: &[Change]) -> BTreeMap<EventId, Event> {
    changes.iter().map(|change| (change.event.id, change.event.clone())).collect()
}

#[test]
fn people_in_a_square_are_found_followed_and_told() {
    let mut detector = load_from_score(LEAST_SCORE);
    let pictures = frames(0, LAST, 2);
    let mut answers = BTreeMap::new();

    let first = run(&mut chain(&detector), &pictures, |number, frame, region| {
        let found = Detect::detect_in(&mut detector, frame, region).unwrap();
        answers.insert(number, found.clone());
        found
    });
    let again = run(&mut chain(&detector), &pictures, |number, _, _| answers[&number].clone());

    assert_eq!(first, again, "the same pictures give the same");
    let labels = labels();
    let mut figures = Figures::default();
    for (number, found) in &first.found {
        figures.count(found.iter().copied(), &labels[number]);
    }
    let Identities { sightings, changes, people } = identities(&labels, &first.people);
    let events = events(&first.changes);
    let count = |state| events.values().filter(|event| event.state == state).count();
    println!(
        "{} of {} pictures looked at, {} of them whole: recall {:.3}, precision {:.3}; {changes} \
         changes of identity of {} people in {sightings} sightings; {} events told {} times, {} rejected",
        first.asks.len(),
        pictures.len(),
        first.found.len(),
        figures.recall(),
        figures.precision(),
        people.len(),
        count(EventState::Closed),
        first.changes.len(),
        count(EventState::Rejected),
    );
    for event in events.values() {
        let seconds = |time: WallTime| time.as_micros() as f32 / 1e6;
        println!(
            "{:?} {} {:.1}..{:.1} s, {} of {} pictures, best {:.2}, {:?}",
            event.state,
            event.track,
            seconds(event.start),
            seconds(event.end),
            event.why.seen,
            event.why.looked_at,
            event.best.score,
            event.why.failed().map(|check| &check.text),
        );
    }
    assert!(figures.recall() >= 0.9 && figures.precision() >= 0.75);
    assert!(figures.right >= 400, "{}", figures.right);
    assert!(sightings >= 1_200, "{sightings}");
    assert!(changes <= CHANGES_MAX, "{changes} changes of identity");
    assert!((10..=60).contains(&count(EventState::Closed)));
    assert_eq!(count(EventState::Open), 0, "all are closed in the end");
    assert_sound(&first, &events);
}

/// What holds for events whatever happens.
fn assert_sound(run: &Run, events: &BTreeMap<EventId, Event>) {
    assert_eq!(run.asks[&0].gate, Gate::Sweep);
    let tracks: BTreeSet<u64> = run.people.values().flatten().map(|(track, _)| *track).collect();
    for event in events.values() {
        assert_eq!(event.label, "person");
        assert!(event.start <= event.end && event.path.is_sorted_by_key(|moment| moment.at));
        assert!(tracks.contains(&event.track) || event.why.seen == 1);
        let inside = |place: &Place| Rect::WHOLE.share_in(&Rect::from(*place)) > 0.0;
        assert!(event.path.iter().all(|moment| inside(&moment.place)));
        assert_eq!(event.why.failed().is_some(), event.state == EventState::Rejected);
    }
    for change in run.changes.iter().filter(|change| change.is_best) {
        assert_eq!(change.event.best.at, change.event.end);
    }
}

#[test]
fn part_of_a_picture_shows_what_the_whole_shows() {
    let mut detector = load_from_score(SURE_SCORE);
    let region = Rect { left: 0.25, top: 0.1, right: 0.85, bottom: 0.9 };
    let place = |found: &Detection| {
        let Detection { x, y, width, height, .. } = *found;
        Rect::from(Place { x, y, width, height })
    };
    let (mut same, mut all) = (0, 0);
    for (_, frame) in frames(400, 550, 10) {
        let whole = detector.detect(&frame).unwrap();
        let part = detector.detect_in(&frame, region).unwrap();

        assert!(part.iter().all(|found| {
            let found = place(found);
            found.share_in(&region) > 0.999
        }));
        let well_inside = Rect { left: 0.28, top: 0.13, right: 0.82, bottom: 0.87 };
        for found in whole.iter().map(place).filter(|found| well_inside.contains(found)) {
            all += 1;
            same += usize::from(part.iter().any(|other| place(other).iou(&found) > 0.5));
        }
        assert_eq!(detector.detect_in(&frame, Rect::WHOLE).unwrap(), whole);
    }
    println!("{same} of {all} people are found in the part too");
    assert!(all > 20 && same as f32 >= 0.85 * all as f32, "{same} of {all}");
}
