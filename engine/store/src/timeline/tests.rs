//! Tables and a model for [`build`].

use super::*;
use crate::tests::{Dice, at, span};

fn outage(start: i64, end: i64, cause: &str) -> KnownOutage {
    let outage = Outage { cause: cause.into(), message: format!("{cause} in words") };
    KnownOutage { span: span(start, end), outage }
}

fn forever(start: i64) -> Span {
    Span::new(at(start), WallTime::from_micros(i64::MAX))
}

/// The camera is there, the engine runs, nothing is wrong.
fn facts(segments: &[(i64, i64)]) -> Facts {
    Facts {
        segments: segments.iter().map(|(start, end)| span(*start, *end)).collect(),
        outages: Vec::new(),
        engine_runs: vec![forever(-1000)],
        lost: Vec::new(),
        camera_added: Some(at(-1000)),
    }
}

/// `r0-10 CAUSE10-20`: recorded spans and gaps in order.
fn text(timeline: &CameraTimeline) -> String {
    let seconds = |time: WallTime| (time.as_micros() - at(0).as_micros()) / 1_000_000;
    let recorded = timeline.recorded.iter().map(|span| (*span, "r"));
    let gaps = timeline.gaps.iter().map(|gap| (gap.span, gap.cause.as_str()));
    let mut all: Vec<(Span, &str)> = recorded.chain(gaps).collect();
    all.sort_by_key(|(span, _)| span.start);
    let piece =
        |(span, what): (Span, &str)| format!("{what}{}-{}", seconds(span.start), seconds(span.end));
    all.into_iter().map(piece).collect::<Vec<_>>().join(" ")
}

fn made(facts: &Facts, end: i64, resolution: u64, now: i64) -> String {
    text(&build(facts, span(0, end), Duration::from_secs(resolution), at(now)))
}

#[test]
fn footage_and_gaps_follow_each_other() {
    // Segments, end of the span, resolution, now, timeline.
    type Case<'a> = (&'a [(i64, i64)], i64, u64, i64, &'a str);
    let cases: &[Case<'_>] = &[
        (&[], 100, 5, 1000, "FOOTAGE_GONE0-100"),
        (&[], 100, 5, 100, "NOT_YET_INDEXED0-100"),
        (&[(0, 100)], 100, 5, 1000, "r0-100"),
        (&[(-50, 150)], 100, 5, 1000, "r0-100"),
        (&[(0, 40), (44, 100)], 100, 5, 1000, "r0-100"),
        (&[(0, 40), (45, 100)], 100, 5, 1000, "r0-40 FOOTAGE_GONE40-45 r45-100"),
        (&[(0, 60), (20, 30), (40, 100)], 100, 5, 1000, "r0-100"),
        (&[(4, 96)], 100, 5, 1000, "r0-100"),
        (&[(5, 95)], 100, 5, 1000, "FOOTAGE_GONE0-5 r5-95 FOOTAGE_GONE95-100"),
        (&[(0, 50)], 100, 5, 80, "r0-50 NOT_YET_INDEXED50-80"),
        (&[(0, 50)], 100, 5, 53, "r0-53"),
        (&[(0, 90)], 100, 5, 80, "r0-80"),
        (&[(0, 50)], 100, 5, 0, ""),
        (&[(0, 50)], 100, 5, -10, ""),
        (&[(0, 0), (50, 50)], 100, 0, 1000, "FOOTAGE_GONE0-100"),
        (&[(0, 10), (10, 20), (21, 30)], 30, 0, 1000, "r0-20 FOOTAGE_GONE20-21 r21-30"),
        (&[(10, 20)], 30, 1000, 1000, "r0-30"),
    ];
    for (segments, end, resolution, now, want) in cases {
        let timeline = made(&facts(segments), *end, *resolution, *now);
        assert_eq!(timeline, *want, "{segments:?} to {end} by {resolution} at {now}");
    }
}

#[test]
fn a_gap_is_split_where_its_cause_changes() {
    let mut facts = facts(&[(40, 60)]);
    facts.camera_added = Some(at(10));
    facts.engine_runs = vec![span(5, 70), span(80, 85), forever(90)];
    facts.outages = vec![outage(20, 30, "A"), outage(60, 75, "B")];

    assert_eq!(
        made(&facts, 200, 1, 100),
        "CAMERA_NOT_ADDED0-10 FOOTAGE_GONE10-20 A20-30 FOOTAGE_GONE30-40 r40-60 B60-75 \
         ENGINE_STOPPED75-80 FOOTAGE_GONE80-85 ENGINE_STOPPED85-90 NOT_YET_INDEXED90-100"
    );
}

#[test]
fn one_absence_of_a_camera_is_one_gap_named_by_what_took_longest() {
    let mut facts = facts(&[(0, 10), (90, 100)]);
    facts.outages = vec![
        outage(10, 12, "STREAM_ENDED"),
        outage(12, 60, "CAMERA_PORT_CLOSED"),
        outage(60, 61, "CONNECTING"),
        outage(61, 80, "CAMERA_UNAUTHORIZED"),
        outage(80, 84, "CONNECTING"),
        outage(84, 90, "STREAM_STALLED"),
    ];

    assert_eq!(
        made(&facts, 100, 1, 1000),
        "r0-10 CAMERA_PORT_CLOSED10-61 CAMERA_UNAUTHORIZED61-80 STREAM_STALLED80-90 r90-100"
    );
}

#[test]
fn an_open_outage_explains_the_end_up_to_now() {
    let mut facts = facts(&[(0, 50)]);
    facts.outages = vec![KnownOutage { span: forever(50), ..outage(0, 0, "A") }];
    let timeline = build(&facts, span(0, 100), Duration::from_secs(1), at(80));

    assert_eq!(text(&timeline), "r0-50 A50-80");
    assert_eq!(timeline.gaps[0].message, "A in words");
}

#[test]
fn an_engine_that_stopped_indexes_nothing() {
    let mut facts = facts(&[(0, 50)]);
    facts.engine_runs = vec![span(0, 60)];
    assert_eq!(made(&facts, 100, 1, 80), "r0-50 FOOTAGE_GONE50-60 ENGINE_STOPPED60-80");
}

#[test]
fn of_a_removed_camera_footage_is_shown_and_nothing_missed() {
    let mut facts = facts(&[(20, 50)]);
    facts.camera_added = None;
    assert_eq!(made(&facts, 100, 1, 80), "CAMERA_NOT_ADDED0-20 r20-50 CAMERA_NOT_ADDED50-80");
}

#[test]
fn short_pieces_go_to_a_neighbour_and_like_causes_become_one() {
    let mut facts = facts(&[(50, 60)]);
    facts.outages = vec![outage(0, 2, "A"), outage(2, 20, "B"), outage(22, 30, "B")];
    assert_eq!(made(&facts, 60, 5, 1000), "B0-30 FOOTAGE_GONE30-50 r50-60");

    facts.outages = vec![outage(0, 1, "A"), outage(1, 2, "B")];
    facts.segments = vec![span(2, 60)];
    assert_eq!(made(&facts, 60, 2, 1000), "A0-2 r2-60", "all are short: the first names them");
}

#[test]
fn outages_that_overlap_do_not_overlap_as_gaps() {
    let mut facts = facts(&[]);
    facts.outages = vec![outage(0, 50, "A"), outage(10, 20, "B"), outage(40, 60, "C")];
    assert_eq!(made(&facts, 100, 1, 1000), "A0-50 C50-60 FOOTAGE_GONE60-100");
}

#[test]
fn coverage_is_exact_whatever_the_resolution() {
    // What follows second 62 is being written.
    let facts = facts(&[(0, 10), (12, 20), (50, 60), (55, 62)]);
    for resolution in [0, 1, 5, 1000] {
        let timeline = build(&facts, span(0, 100), Duration::from_secs(resolution), at(80));
        assert!((timeline.coverage - 30.0 / 62.0).abs() < 1e-12, "{}", timeline.coverage);
    }
}

#[test]
fn coverage_counts_from_the_moment_the_camera_was_added() {
    let mut facts = facts(&[(0, 10), (60, 80)]);
    for (added, want) in [(0, 0.3), (50, 0.4), (100, 0.0), (200, 0.0)] {
        facts.camera_added = Some(at(added));
        let timeline = build(&facts, span(0, 100), Duration::ZERO, at(1000));
        assert!((timeline.coverage - want).abs() < 1e-12, "{added}: {}", timeline.coverage);
    }
}

/// Random facts within a hundred seconds.
fn random_facts(dice: &mut Dice) -> Facts {
    let mut spans = |most: u64, longest: u64| {
        let mut spans: Vec<Span> = (0..dice.roll(most + 1))
            .map(|_| (dice.roll(110) - 5, dice.roll(longest)))
            .map(|(start, length)| span(start, start + length))
            .collect();
        spans.sort_by_key(|span| span.start);
        spans
    };
    let (segments, engine_runs) = (spans(6, 30), spans(3, 60));
    let (outages, lost) = (spans(4, 40), spans(2, 20));
    let causes = ["A", "B"];
    let known = |(n, span): (usize, Span)| KnownOutage { span, ..outage(0, 0, causes[n % 2]) };
    Facts {
        segments,
        engine_runs,
        outages: outages.into_iter().enumerate().map(known).collect(),
        lost,
        camera_added: (dice.roll(4) > 0).then(|| at(dice.roll(60) - 20)),
    }
}

/// What a second of the past is, said as simply as possible.
fn model(facts: &Facts, second: i64, tail: bool) -> &str {
    let moment = at(second);
    let holds = |span: &Span| span.start <= moment && moment < span.end;
    if facts.segments.iter().any(holds) {
        return "r";
    }
    if facts.lost.iter().any(holds) {
        return cause::FILE_LOST;
    }
    if let Some(known) = facts.outages.iter().find(|known| holds(&known.span)) {
        return &known.outage.cause;
    }
    if facts.camera_added.is_none_or(|added| moment < added) {
        return cause::CAMERA_NOT_ADDED;
    }
    if !facts.engine_runs.iter().any(holds) {
        return cause::ENGINE_STOPPED;
    }
    if tail { cause::NOT_YET_INDEXED } else { cause::FOOTAGE_GONE }
}

#[test]
fn every_second_of_the_past_is_footage_or_a_gap_with_the_right_cause() {
    let mut dice = Dice(42);
    for round in 0..3000 {
        let facts = random_facts(&mut dice);
        let (start, length, now) = (dice.roll(40), dice.roll(80), dice.roll(120));
        let asked = span(start, start + length);
        let end = (start + length).min(now);

        let timeline = build(&facts, asked, Duration::ZERO, at(now));

        tiles(&timeline, past_of(asked, at(now)));
        let recorded = timeline.recorded.iter().map(|span| (*span, "r"));
        let gaps = timeline.gaps.iter().map(|gap| (gap.span, gap.cause.as_str()));
        let pieces: Vec<(Span, &str)> = recorded.chain(gaps).collect();
        // The last seconds, until now or nearly so, of which nothing but that the engine runs, and
        // runs until now, is known.
        let unknown = |second: &i64| model(&facts, *second, false) == cause::FOOTAGE_GONE;
        let runs = |second: i64| {
            facts.engine_runs.iter().any(|run| run.start <= at(second) && at(second) < run.end)
        };
        let is_running = now - end <= 10 && (end..now).all(runs);
        let tail = if is_running { (start..end).rev().take_while(unknown).count() } else { 0 };
        for second in start..end {
            let held =
                |(span, _): &&(Span, &str)| span.start <= at(second) && at(second) < span.end;
            let said = pieces.iter().find(held).unwrap().1;
            let want = model(&facts, second, second >= end - tail as i64);
            assert_eq!(said, want, "round {round}, second {second}: {facts:?}");
        }
    }
}

/// Spans and gaps are in order, not empty, and together exactly the past.
fn tiles(timeline: &CameraTimeline, past: Span) {
    let gaps: Vec<Span> = timeline.gaps.iter().map(|gap| gap.span).collect();
    assert!(timeline.recorded.is_sorted_by_key(|span| span.start));
    assert!(gaps.is_sorted_by_key(|span| span.start));
    let mut all = [timeline.recorded.clone(), gaps].concat();
    all.sort_by_key(|span| span.start);
    let mut from = past.start;
    for span in all {
        assert!(!span.is_empty());
        assert_eq!(span.start, from);
        from = span.end;
    }
    assert_eq!(from, past.end);
    assert!((0.0..=1.0).contains(&timeline.coverage));
}

#[test]
fn spans_and_gaps_tile_the_past_at_every_resolution() {
    let mut dice = Dice(7);
    for _ in 0..3000 {
        let facts = random_facts(&mut dice);
        let (start, length, now) = (dice.roll(40), dice.roll(80), dice.roll(120));
        let resolution = Duration::from_secs(dice.roll(30).unsigned_abs());
        let asked = span(start, start + length);

        let timeline = build(&facts, asked, resolution, at(now));

        let past = past_of(asked, at(now));
        tiles(&timeline, past);
        for gap in &timeline.gaps {
            let whole = timeline.recorded.is_empty();
            assert!(gap.span.duration() >= resolution || whole, "{resolution:?}: {timeline:?}");
        }
        for pair in timeline.gaps.windows(2).filter(|pair| pair[0].span.end == pair[1].span.start) {
            assert_ne!(pair[0].cause, pair[1].cause, "{timeline:?}");
        }
    }
}
