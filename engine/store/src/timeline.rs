//! What of a span is on disk, and why the rest is not: recorded time and gaps, which together tile
//! the past of the span without overlap.
//!
//! [`build`] is a pure function of what the tables say; [`Store::timeline`] reads them. Not here:
//! whether a camera should have been recording. Every gap is told, and its cause says whether
//! anybody minds.

use std::time::Duration;

use ronin_core::{CameraId, Fault, Span, WallTime};
use sea_orm::{EntityTrait, QuerySelect};

use crate::{Outage, Result, Store, entity::camera, error::Doing};

/// A span that ends so long ago was meant to reach until now, by the clock of who asked.
const LATELY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;

/// Causes of gaps that no outage explains.
pub mod cause {
    /// The engine was not running.
    pub const ENGINE_STOPPED: &str = "ENGINE_STOPPED";
    /// The camera was not set up, or is not any more.
    pub const CAMERA_NOT_ADDED: &str = "CAMERA_NOT_ADDED";
    /// The newest footage, whose file is not finished.
    pub const NOT_YET_INDEXED: &str = "NOT_YET_INDEXED";
    /// There was footage, and it is no more: deleted to make room.
    pub const FOOTAGE_GONE: &str = "FOOTAGE_GONE";
    /// There was footage, and its file is not there any more, although nothing of ours deleted it.
    pub const FILE_LOST: &str = "FILE_LOST";
}

/// A camera's footage in a span of time.
#[derive(Clone, PartialEq, Debug)]
pub struct CameraTimeline {
    /// Time that is on disk, in order. What lies closer together than the resolution is one.
    pub recorded: Vec<Span>,
    /// Time in the past that is not on disk, in order.
    pub gaps: Vec<Gap>,
    /// Share of the past part of the span that is on disk, 0 to 1. Time before the camera was added
    /// and the file that is being written do not count; 0 where nothing else is past.
    pub coverage: f64,
}

/// Time without footage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// When.
    pub span: Span,
    /// For machines: of an outage, or of [`cause`].
    pub cause: String,
    /// For people.
    pub message: String,
}

/// An outage and when it was; one that goes on reaches to the end of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownOutage {
    pub(crate) span: Span,
    pub(crate) outage: Outage,
}

/// What the tables say, each list by start. Spans may overlap and may reach beyond the span asked
/// for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) segments: Vec<Span>,
    pub(crate) outages: Vec<KnownOutage>,
    pub(crate) engine_runs: Vec<Span>,
    pub(crate) lost: Vec<Span>,
    /// When the camera was added; `None` where it is not set up.
    pub(crate) camera_added: Option<WallTime>,
}

/// Why a piece of a gap is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why<'a> {
    Outage(&'a Outage),
    NotAdded,
    EngineStopped,
    NotYetIndexed,
    Lost,
    Gone,
}

impl Store {
    /// What of `span` is on disk, and why the rest of its past is not. `fresh` is what is on disk
    /// and not in the index yet, by start. Details shorter than `resolution` are left out.
    pub async fn timeline(
        &self,
        camera: &CameraId,
        span: Span,
        fresh: &[Span],
        resolution: Duration,
        now: WallTime,
    ) -> Result<CameraTimeline> {
        Ok(build(&self.facts(camera, span, fresh, now).await?, span, resolution, now))
    }

    /// The timelines of several spans that follow each other, such as days. They are read at once.
    pub async fn timelines(
        &self,
        camera: &CameraId,
        spans: &[Span],
        fresh: &[Span],
        resolution: Duration,
        now: WallTime,
    ) -> Result<Vec<CameraTimeline>> {
        let Some((first, last)) = spans.first().zip(spans.last()) else { return Ok(Vec::new()) };
        let facts = self.facts(camera, Span::new(first.start, last.end), fresh, now).await?;
        Ok(spans.iter().map(|span| build(&facts.within(*span), *span, resolution, now)).collect())
    }

    async fn facts(
        &self,
        camera: &CameraId,
        span: Span,
        fresh: &[Span],
        now: WallTime,
    ) -> Result<Facts> {
        let past = past_of(span, now);
        if past.is_empty() {
            return Ok(Facts::default());
        }
        let added: Option<i64> = camera::Entity::find_by_id(camera.as_str())
            .select_only()
            .column(camera::Column::CreatedAt)
            .into_tuple()
            .one(&self.db)
            .await
            .doing("read when the camera was added")?;
        let mut segments = self.stretches(camera, past).await?;
        segments.extend(fresh);
        segments.sort_by_key(|span| span.start);
        Ok(Facts {
            segments,
            outages: self.outages_in(camera, past).await?,
            engine_runs: self.engine_runs_in(past).await?,
            lost: self.lost_in(camera, past).await?,
            camera_added: added.map(WallTime::from_micros),
        })
    }
}

impl Facts {
    /// What of it touches `span`.
    fn within(&self, span: Span) -> Self {
        let part = |spans: &[Span]| {
            let touching = spans.iter().filter(|other| !other.intersect(span).is_empty());
            touching.copied().collect()
        };
        let outages = self.outages.iter();
        Self {
            segments: part(&self.segments),
            outages: outages.filter(|o| !o.span.intersect(span).is_empty()).cloned().collect(),
            engine_runs: part(&self.engine_runs),
            lost: part(&self.lost),
            camera_added: self.camera_added,
        }
    }
}

/// Makes the timeline of `span` of what is known.
pub(crate) fn build(
    facts: &Facts,
    span: Span,
    resolution: Duration,
    now: WallTime,
) -> CameraTimeline {
    let past = past_of(span, now);
    if past.is_empty() {
        return CameraTimeline { recorded: Vec::new(), gaps: Vec::new(), coverage: 0.0 };
    }
    let segments = facts.segments.iter().map(|segment| segment.intersect(past));
    let exact = union(segments, Duration::ZERO);

    let mut recorded = union(exact.iter().copied(), resolution);
    absorb_short_ends(&mut recorded, past, resolution);
    let known = Known {
        outages: without_overlap(&facts.outages),
        engine_runs: union(facts.engine_runs.iter().copied(), Duration::ZERO),
        lost: union(facts.lost.iter().copied(), Duration::ZERO),
        // Of a removed camera nobody expects footage at any time.
        added: facts.camera_added.unwrap_or(past.end),
        asked_until: past.end,
        now,
    };
    let mut gaps = Vec::new();
    for gap in complement(&recorded, past) {
        let pieces = merge_absences(merge_short(known.explain(gap), resolution));
        gaps.extend(pieces.into_iter().map(|(span, why)| why.gap(span)));
    }
    let tail = complement(&exact, past).last().and_then(|gap| known.explain(*gap).pop());
    let pending = tail.filter(|(_, why)| *why == Why::NotYetIndexed).map(|(span, _)| span.start);
    let expected = expected(facts, past, pending);
    CameraTimeline { recorded, gaps, coverage: share_of(&exact, expected) }
}

/// The part of `past` in which footage is expected: not before the camera was added, and not what
/// is being written since `pending`.
fn expected(facts: &Facts, past: Span, pending: Option<WallTime>) -> Span {
    let added = facts.camera_added.unwrap_or(past.start);
    past.intersect(Span::new(added, pending.unwrap_or(past.end)))
}

fn share_of(recorded: &[Span], expected: Span) -> f64 {
    if expected.is_empty() {
        return 0.0;
    }
    let within: Vec<Span> = recorded.iter().map(|span| span.intersect(expected)).collect();
    micros(&within) / micros(&[expected])
}

fn past_of(span: Span, now: WallTime) -> Span {
    Span::new(span.start, span.end.min(now))
}

/// Spans, by start, put together where they overlap, touch, or are closer than `closer_than`.
pub(crate) fn union(spans: impl IntoIterator<Item = Span>, closer_than: Duration) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match merged.last_mut() {
            Some(last) if span.start <= last.end || span.start.since(last.end) < closer_than => {
                last.end = last.end.max(span.end);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// How long spans are together, as a float: their sum can be longer than an i64 holds.
fn micros(spans: &[Span]) -> f64 {
    let length =
        |span: &Span| i128::from(span.end.as_micros()) - i128::from(span.start.as_micros());
    spans.iter().map(length).sum::<i128>() as f64
}

/// Lets the footage reach to the ends of the span where less than `resolution` is missing there.
fn absorb_short_ends(recorded: &mut [Span], past: Span, resolution: Duration) {
    if let Some(first) = recorded.first_mut()
        && first.start.since(past.start) < resolution
    {
        first.start = past.start;
    }
    if let Some(last) = recorded.last_mut()
        && past.end.since(last.end) < resolution
    {
        last.end = past.end;
    }
}

/// What of `whole` is not in `spans`, which are in order and do not touch.
fn complement(spans: &[Span], whole: Span) -> Vec<Span> {
    let mut rest = Vec::with_capacity(spans.len() + 1);
    let mut from = whole.start;
    for span in spans {
        rest.push(Span::new(from, span.start));
        from = span.end;
    }
    rest.push(Span::new(from, whole.end));
    rest.retain(|span| !span.is_empty());
    rest
}

/// Outages one after the other. Two overlap only where the clock went back; the earlier one keeps
/// its time.
fn without_overlap(outages: &[KnownOutage]) -> Vec<(Span, &Outage)> {
    let mut flat: Vec<(Span, &Outage)> = Vec::with_capacity(outages.len());
    for KnownOutage { span, outage } in outages {
        let free = flat.last().map_or(span.start, |(last, _)| last.end.max(span.start));
        let span = Span::new(free, span.end);
        if !span.is_empty() {
            flat.push((span, outage));
        }
    }
    flat
}

/// What explains gaps.
struct Known<'a> {
    outages: Vec<(Span, &'a Outage)>,
    engine_runs: Vec<Span>,
    lost: Vec<Span>,
    added: WallTime,
    asked_until: WallTime,
    now: WallTime,
}

impl<'a> Known<'a> {
    /// The pieces of a gap, in order. A lost file says most, then an outage. Before the camera was
    /// there nobody minds whether the engine ran, so that is said first.
    fn explain(&self, gap: Span) -> Vec<(Span, Why<'a>)> {
        let mut pieces = Vec::new();
        let first = self.lost.partition_point(|span| span.end <= gap.start);
        let lost = self.lost[first..].iter().take_while(|span| span.start < gap.end);
        let mut from = gap.start;
        for span in lost {
            let span = span.intersect(gap);
            self.explain_without_loss(Span::new(from, span.start), &mut pieces);
            pieces.push((span, Why::Lost));
            from = span.end;
        }
        self.explain_without_loss(Span::new(from, gap.end), &mut pieces);
        pieces
    }

    fn explain_without_loss(&self, gap: Span, pieces: &mut Vec<(Span, Why<'a>)>) {
        if gap.is_empty() {
            return;
        }
        let first = self.outages.partition_point(|(span, _)| span.end <= gap.start);
        let outages = self.outages[first..].iter().take_while(|(span, _)| span.start < gap.end);
        let mut from = gap.start;
        for (span, outage) in outages {
            let span = span.intersect(gap);
            self.explain_without_outage(Span::new(from, span.start), pieces);
            pieces.push((span, Why::Outage(outage)));
            from = span.end;
        }
        self.explain_without_outage(Span::new(from, gap.end), pieces);
    }

    fn explain_without_outage(&self, span: Span, pieces: &mut Vec<(Span, Why<'a>)>) {
        let mut push = |span: Span, why| {
            if !span.is_empty() {
                pieces.push((span, why));
            }
        };
        let added = self.added.clamp(span.start, span.end);
        push(Span::new(span.start, added), Why::NotAdded);

        let mut from = added;
        let first = self.engine_runs.partition_point(|run| run.end <= added);
        for run in self.engine_runs[first..].iter().take_while(|run| run.start < span.end) {
            let is_running = run.end >= self.now;
            let run = run.intersect(Span::new(added, span.end));
            push(Span::new(from, run.start), Why::EngineStopped);
            let is_newest = run.end == self.asked_until && self.now.since(run.end) <= LATELY;
            let why = if is_running && is_newest { Why::NotYetIndexed } else { Why::Gone };
            push(run, why);
            from = run.end;
        }
        push(Span::new(from, span.end), Why::EngineStopped);
    }
}

/// Gives pieces shorter than `resolution` to the one before, or to the next where they are the
/// first, and makes one of neighbours with the same cause.
fn merge_short<'a>(pieces: Vec<(Span, Why<'a>)>, resolution: Duration) -> Vec<(Span, Why<'a>)> {
    let mut merged: Vec<(Span, Why<'a>)> = Vec::with_capacity(pieces.len());
    for (span, why) in pieces {
        match merged.last_mut() {
            Some((last, last_why)) if *last_why == why || span.duration() < resolution => {
                last.end = span.end;
            }
            Some((last, last_why)) if last.duration() < resolution => {
                last.end = span.end;
                *last_why = why;
            }
            _ => merged.push((span, why)),
        }
    }
    merged
}

/// Makes one of neighbours that are one absence of the camera, named by what took longest.
fn merge_absences<'a>(pieces: Vec<(Span, Why<'a>)>) -> Vec<(Span, Why<'a>)> {
    let is_absence = |why: &Why<'_>| matches!(why, Why::Outage(o) if Fault::is_absence(&o.cause));
    pieces
        .chunk_by(|(_, one), (_, next)| is_absence(one) && is_absence(next))
        .filter_map(|absence| {
            let (first, last) = (absence.first()?.0, absence.last()?.0);
            let (_, why) = absence.iter().max_by_key(|(span, _)| span.duration())?;
            Some((Span::new(first.start, last.end), *why))
        })
        .collect()
}

impl Why<'_> {
    fn gap(self, span: Span) -> Gap {
        let (cause, message) = match self {
            Self::Outage(outage) => (outage.cause.as_str(), outage.message.as_str()),
            Self::NotAdded => (cause::CAMERA_NOT_ADDED, "the camera was not set up at this time"),
            Self::EngineStopped => (cause::ENGINE_STOPPED, "RoninNVR was not running"),
            Self::NotYetIndexed => (
                cause::NOT_YET_INDEXED,
                "being recorded at this moment; it can be played within seconds",
            ),
            Self::Lost => (
                cause::FILE_LOST,
                "the file of this time is gone from the storage, and RoninNVR did not delete it",
            ),
            Self::Gone => (
                cause::FOOTAGE_GONE,
                "no footage is left of this time: it was deleted to make room",
            ),
        };
        Gap { span, cause: cause.to_owned(), message: message.to_owned() }
    }
}
