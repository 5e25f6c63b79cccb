//! Events that nobody saw.

use std::time::Duration;

use ronin_core::{
    Event, EventId, Span,
    detect::usual_rule,
    event::{Check, CheckKind, EventState, Gate, Moment, Place, Why},
};

/// An event of an object that crossed the picture from the left to the right.
pub fn event(camera: &str, label: &str, span: Span) -> Event {
    let step = span.duration() / 4;
    let path: Vec<Moment> = (0..5_u8)
        .map(|n| Moment {
            at: span.start + step * u32::from(n),
            place: Place { x: 0.1 + 0.2 * f32::from(n), y: 0.4, width: 0.1, height: 0.3 },
            score: 0.5 + 0.1 * f32::from(n),
        })
        .collect();
    let check = |kind: CheckKind, text: &str| Check { kind, passed: true, text: text.to_owned() };
    Event {
        id: EventId::generate(),
        camera: camera.parse().expect("a camera id"),
        state: EventState::Closed,
        label: label.to_owned(),
        track: 1,
        start: span.start,
        end: span.end,
        best: path[4],
        zones: Vec::new(),
        path,
        why: Why {
            gate: Gate::Motion,
            model: "person-416.torchscript".to_owned(),
            model_sha256: "5ab6".to_owned(),
            rule: usual_rule("person").expect("people count"),
            seen: 5,
            looked_at: 5,
            checks: vec![
                check(CheckKind::Score, "mean score 0.70 over 5 pictures, 0.50 is needed"),
                check(CheckKind::Movement, "it moved by 3 times its height"),
            ],
        },
        pre_roll: Duration::from_secs(5),
        post_roll: Duration::from_secs(5),
    }
}
