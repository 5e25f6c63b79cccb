//! What happened, and areas of a picture, for the wire.

use ronin_core::{
    Event, EventId, Grid, Invalid,
    event::{Check, CheckKind, EventState, Gate, Moment, ZoneVisit},
    polygon::{Point, Polygon},
};
use ronin_proto::v1;
use ronin_store::{EventFilter, MotionFound, StoredEvent};

use super::{detect, name, page, recording, time};

/// Makes a resume token fit nothing but this.
const WATCH: &str = "events watched";
/// Marked at once: two pages.
const NAMES_MAX: usize = 1000;
/// More is no list that a person chose from.
const WORDS_MAX: usize = 100;
/// Most events of a page with paths: of 200 moments each, they are 1 MB.
const PATHS_MAX: i32 = 100;

/// The resource name of an event.
pub(crate) fn event_name(id: EventId) -> String {
    format!("events/{id}")
}

/// The event that `name`, found in `field`, names.
pub(crate) fn parse_name(name: &str, field: &str) -> Result<EventId, Invalid> {
    let id = name.strip_prefix("events/").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Invalid::new(field, "name an event as events/{id}, as ListEvents shows it"))
}

/// The events that `names` name.
pub(crate) fn parse_names(names: &[String]) -> Result<Vec<EventId>, Invalid> {
    if names.len() > NAMES_MAX {
        return Err(Invalid::new("names", "at most 1000 events at once"));
    }
    let mut invalid = Invalid::default();
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        ids.extend(invalid.collect(parse_name(name, &format!("names[{index}]"))));
    }
    invalid.check()?;
    Ok(ids)
}

/// Which events a list is asked for.
pub(crate) fn filter(request: &v1::ListEventsRequest) -> Result<EventFilter, Invalid> {
    let mut invalid = Invalid::default();
    let cameras = invalid.collect(name::parse_cameras(&request.cameras, "cameras"));
    let (start, end) = (request.start_time.as_ref(), request.end_time.as_ref());
    let span = invalid.collect(recording::open_span(start, end));
    for (field, words) in [("labels", &request.labels), ("zones", &request.zones)] {
        if words.len() > WORDS_MAX {
            let text = "at most 100 at once";
            invalid.collect::<()>(Err(Invalid::new(field, text)));
        }
    }
    if !(0.0..=1.0).contains(&request.min_score) {
        let text = "a score is 0 to 1";
        invalid.collect::<()>(Err(Invalid::new("min_score", text)));
    }
    if request.with_path && request.page_size > PATHS_MAX {
        let text = "with paths a page holds 100 at most";
        invalid.collect::<()>(Err(Invalid::new("page_size", text)));
    }
    invalid.check()?;
    Ok(EventFilter {
        cameras: cameras.unwrap_or_default(),
        after: span.map(|span| span.start),
        before: span.map(|span| span.end),
        labels: request.labels.clone(),
        zones: request.zones.clone(),
        rejected: request.rejected,
        reviewed: request.reviewed,
        min_score: request.min_score,
        with_path: request.with_path,
    })
}

/// An event.
pub(crate) fn to_wire(stored: &StoredEvent) -> v1::Event {
    let StoredEvent { event, has_snapshot, reviewed, .. } = stored;
    let snapshot_path = match has_snapshot {
        true => format!("/events/{}/snapshot.jpg", event.id),
        false => String::new(),
    };
    v1::Event { snapshot_path, reviewed: *reviewed, ..of(event) }
}

/// An event that is not stored.
pub(crate) fn of(event: &Event) -> v1::Event {
    let clip = event.clip();
    let rejection = match event.state {
        EventState::Rejected => event.why.failed().map(|check| check.text.clone()),
        EventState::Open | EventState::Closed => None,
    };
    v1::Event {
        name: event_name(event.id),
        camera: name::camera(&event.camera),
        state: state(event.state).into(),
        label: event.label.clone(),
        score: event.best.score,
        start_time: Some(time::to_wire(event.start)),
        end_time: Some(time::to_wire(event.end)),
        best: Some(moment(&event.best)),
        snapshot_path: String::new(),
        clip_start_time: Some(time::to_wire(clip.start)),
        clip_end_time: Some(time::to_wire(clip.end)),
        clip_path: format!(
            "/playback/{}/index.m3u8?start={}&end={}",
            event.camera, clip.start, clip.end
        ),
        zones: event.zones.iter().map(visit).collect(),
        path: event.path.iter().map(moment).collect(),
        track_id: event.track,
        reviewed: false,
        rejection: rejection.unwrap_or_default(),
    }
}

/// An event on a timeline.
pub(crate) fn on_timeline(event: &Event) -> v1::TimelineEvent {
    v1::TimelineEvent {
        name: event_name(event.id),
        label: event.label.clone(),
        score: event.best.score,
        start_time: Some(time::to_wire(event.start)),
        end_time: Some(time::to_wire(event.end)),
    }
}

/// What led to an event.
pub(crate) fn explanation(stored: &StoredEvent) -> v1::ExplainEventResponse {
    let why = &stored.event.why;
    v1::ExplainEventResponse {
        event: Some(to_wire(stored)),
        gate: gate(Some(why.gate)).into(),
        model: why.model.clone(),
        model_sha256: why.model_sha256.clone(),
        rule: Some(detect::rule_to_wire(&why.rule)),
        pictures_seen: why.seen,
        pictures_looked_at: why.looked_at,
        checks: why.checks.iter().map(check).collect(),
    }
}

/// Resumes a watch behind this change.
pub(crate) fn resume_token(sequence: i64) -> String {
    page::token(WATCH, &sequence.to_string())
}

/// The change that a resume token names; `None` where it is none of ours.
pub(crate) fn parse_resume_token(token: &str) -> Option<i64> {
    page::after(WATCH, token).ok().flatten()?.parse().ok()
}

/// Why the detector looked at a picture.
pub(crate) fn gate(gate: Option<Gate>) -> v1::DetectionGate {
    match gate {
        None => v1::DetectionGate::Unspecified,
        Some(Gate::Motion) => v1::DetectionGate::Motion,
        Some(Gate::Recent) => v1::DetectionGate::Recent,
        Some(Gate::Sweep) => v1::DetectionGate::Sweep,
    }
}

fn state(state: EventState) -> v1::EventState {
    match state {
        EventState::Open => v1::EventState::Open,
        EventState::Closed => v1::EventState::Closed,
        EventState::Rejected => v1::EventState::Rejected,
    }
}

fn moment(moment: &Moment) -> v1::Moment {
    v1::Moment {
        time: Some(time::to_wire(moment.at)),
        x: moment.place.x,
        y: moment.place.y,
        width: moment.place.width,
        height: moment.place.height,
        score: moment.score,
    }
}

fn visit(visit: &ZoneVisit) -> v1::ZoneVisit {
    v1::ZoneVisit {
        zone: visit.zone.to_string(),
        enter_time: Some(time::to_wire(visit.entered)),
        leave_time: visit.left.map(time::to_wire),
        loitered: visit.loitered,
    }
}

fn check(check: &Check) -> v1::EventCheck {
    let kind = match check.kind {
        CheckKind::Score => v1::EventCheckKind::Score,
        CheckKind::Size => v1::EventCheckKind::Size,
        CheckKind::Persistence => v1::EventCheckKind::Persistence,
        CheckKind::Movement => v1::EventCheckKind::Movement,
        CheckKind::Zone => v1::EventCheckKind::Zone,
        CheckKind::Schedule => v1::EventCheckKind::Schedule,
    };
    v1::EventCheck { kind: kind.into(), passed: check.passed, text: check.text.clone() }
}

/// The cells that an area touches; all where none is given.
pub(crate) fn cells(area: Option<&v1::Polygon>) -> Result<Grid, Invalid> {
    let whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let points: Vec<Point> = match area {
        Some(area) => area.points.iter().map(|&v1::Point { x, y }| Point { x, y }).collect(),
        None => whole.into_iter().map(|(x, y)| Point { x, y }).collect(),
    };
    let polygon = Polygon::new(&points);
    Ok(polygon.map_err(|error| Invalid::new("area", error.to_string()))?.grid())
}

/// When and where something moved.
pub(crate) fn motion(found: &MotionFound) -> v1::MotionSpan {
    v1::MotionSpan {
        start_time: Some(time::to_wire(found.span.start)),
        end_time: Some(time::to_wire(found.span.end)),
        cells: found.area.to_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(points: &[(f32, f32)]) -> v1::Polygon {
        v1::Polygon { points: points.iter().map(|&(x, y)| v1::Point { x, y }).collect() }
    }

    #[test]
    fn an_area_is_the_cells_it_touches_and_none_is_all() {
        assert_eq!(cells(None).unwrap().count(), 256);
        let corner = area(&[(0.01, 0.01), (0.1, 0.01), (0.1, 0.05)]);
        let cells = cells(Some(&corner)).unwrap();
        assert_eq!(cells.count(), 2);
        assert!(cells.is_set(0, 0) && cells.is_set(1, 0));
    }

    #[test]
    fn what_is_no_area_is_refused_with_what_to_do() {
        for bad in [
            area(&[]),
            area(&[(0.0, 0.0), (1.0, 1.0)]),
            area(&[(0.0, 0.0), (640.0, 0.0), (640.0, 480.0)]),
            area(&[(f32::NAN, 0.0), (1.0, 0.0), (1.0, 1.0)]),
            area(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]),
        ] {
            let invalid = cells(Some(&bad)).unwrap_err();
            assert_eq!(invalid.violations[0].field, "area");
            assert!(invalid.violations[0].description.contains(':'), "{invalid}");
        }
    }
}
