//! What a camera's pictures are looked at for: `v1::DetectSettings` and [`DetectSettings`].

use std::time::Duration;

use ronin_core::{
    DetectSettings, Invalid, Sensitivity,
    detect::{Hours, ObjectRule, Part, Schedule, Zone},
    polygon::{Point, Polygon},
};
use ronin_proto::v1;

/// The settings for the wire.
pub(crate) fn to_wire(detect: &DetectSettings) -> v1::DetectSettings {
    let sensitivity = match detect.sensitivity {
        Sensitivity::Low => v1::MotionSensitivity::Low,
        Sensitivity::Normal => v1::MotionSensitivity::Normal,
        Sensitivity::High => v1::MotionSensitivity::High,
    };
    v1::DetectSettings {
        motion: Some(detect.motion),
        sensitivity: sensitivity.into(),
        masks: detect.masks.iter().map(polygon_to_wire).collect(),
        objects: Some(detect.objects),
        rules: detect.rules.iter().map(rule_to_wire).collect(),
        zones: detect.zones.iter().map(zone_to_wire).collect(),
        only_in_zones: Some(detect.only_in_zones),
        schedule: detect.schedule.as_ref().map(schedule_to_wire),
        pre_roll: Some(duration_to_wire(detect.pre_roll)),
        post_roll: Some(duration_to_wire(detect.post_roll)),
    }
}

/// A rule for the wire.
pub(crate) fn rule_to_wire(rule: &ObjectRule) -> v1::ObjectRule {
    v1::ObjectRule {
        label: rule.label.clone(),
        min_score: rule.min_score.get(),
        min_area: rule.min_area.get(),
        max_area: rule.max_area.get(),
    }
}

fn polygon_to_wire(polygon: &Polygon) -> v1::Polygon {
    let points = polygon.points().iter().map(|&Point { x, y }| v1::Point { x, y });
    v1::Polygon { points: points.collect() }
}

fn zone_to_wire(zone: &Zone) -> v1::Zone {
    v1::Zone {
        name: zone.name.to_string(),
        area: Some(polygon_to_wire(&zone.area)),
        labels: zone.labels.clone(),
        loiter: zone.loiter.map(duration_to_wire),
    }
}

pub(crate) fn schedule_to_wire(schedule: &Schedule) -> v1::Schedule {
    let hours = schedule.hours().iter().map(|hours| v1::ScheduleHours {
        days: (1..).zip(hours.days).filter(|(_, is_set)| *is_set).map(|(day, _)| day).collect(),
        start_minute: hours.start_minute.into(),
        end_minute: hours.end_minute.into(),
    });
    v1::Schedule { time_zone: schedule.time_zone().to_owned(), hours: hours.collect() }
}

/// A length of time for the wire.
pub(crate) fn duration_to_wire(duration: Duration) -> prost_types::Duration {
    // Ours are at most hours.
    prost_types::Duration::try_from(duration).unwrap_or_default()
}

/// A part of [`DetectSettings`] that a request can name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Field {
    Motion,
    Sensitivity,
    Masks,
    Objects,
    Rules,
    Zones,
    OnlyInZones,
    Schedule,
    PreRoll,
    PostRoll,
}

impl Field {
    /// Every field.
    pub(crate) const ALL: [Self; 10] = [
        Self::Motion,
        Self::Sensitivity,
        Self::Masks,
        Self::Objects,
        Self::Rules,
        Self::Zones,
        Self::OnlyInZones,
        Self::Schedule,
        Self::PreRoll,
        Self::PostRoll,
    ];

    /// Whether `wire` says anything of it.
    pub(crate) fn is_set(self, wire: &v1::DetectSettings) -> bool {
        match self {
            Self::Motion => wire.motion.is_some(),
            Self::Sensitivity => wire.sensitivity != 0,
            Self::Masks => !wire.masks.is_empty(),
            Self::Objects => wire.objects.is_some(),
            Self::Rules => !wire.rules.is_empty(),
            Self::Zones => !wire.zones.is_empty(),
            Self::OnlyInZones => wire.only_in_zones.is_some(),
            Self::Schedule => wire.schedule.is_some(),
            Self::PreRoll => wire.pre_roll.is_some(),
            Self::PostRoll => wire.post_roll.is_some(),
        }
    }

    /// Takes it from `wire`. Fields of an error are those of the settings.
    pub(crate) fn apply(
        self,
        new: &mut DetectSettings,
        wire: &v1::DetectSettings,
    ) -> Result<(), Invalid> {
        let missing = |field| Invalid::new(field, "the mask names this field, and it is not set");
        match self {
            Self::Motion => new.motion = wire.motion.ok_or_else(|| missing("motion"))?,
            Self::Sensitivity => new.sensitivity = sensitivity(wire),
            Self::Masks => new.masks = all(&wire.masks, "masks", polygon)?,
            Self::Objects => new.objects = wire.objects.ok_or_else(|| missing("objects"))?,
            Self::Rules => new.rules = all(&wire.rules, "rules", rule)?,
            Self::Zones => new.zones = all(&wire.zones, "zones", zone)?,
            Self::OnlyInZones => {
                new.only_in_zones = wire.only_in_zones.ok_or_else(|| missing("only_in_zones"))?;
            }
            Self::Schedule => {
                let schedule = wire.schedule.as_ref().map(schedule).transpose();
                new.schedule = schedule.map_err(|invalid| invalid.within("schedule"))?;
            }
            Self::PreRoll => {
                new.pre_roll = duration(wire.pre_roll.as_ref(), "pre_roll")?
                    .ok_or_else(|| missing("pre_roll"))?;
            }
            Self::PostRoll => {
                new.post_roll = duration(wire.post_roll.as_ref(), "post_roll")?
                    .ok_or_else(|| missing("post_roll"))?;
            }
        }
        Ok(())
    }
}

/// `old` with what `wire` says.
pub(crate) fn merged(
    old: &DetectSettings,
    wire: &v1::DetectSettings,
) -> Result<DetectSettings, Invalid> {
    let mut new = old.clone();
    let mut invalid = Invalid::default();
    for field in Field::ALL.into_iter().filter(|field| field.is_set(wire)) {
        invalid.collect(field.apply(&mut new, wire));
    }
    invalid.check()?;
    new.check()?;
    Ok(new)
}

/// The sensitivity that is asked for; the usual one where none is, or one of a later version.
fn sensitivity(detect: &v1::DetectSettings) -> Sensitivity {
    match detect.sensitivity() {
        v1::MotionSensitivity::Low => Sensitivity::Low,
        v1::MotionSensitivity::Unspecified | v1::MotionSensitivity::Normal => Sensitivity::Normal,
        v1::MotionSensitivity::High => Sensitivity::High,
    }
}

fn all<W, T>(
    wire: &[W],
    field: &str,
    parse: impl Fn(&W) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    let mut invalid = Invalid::default();
    let mut parsed = Vec::with_capacity(wire.len());
    for (index, wire) in wire.iter().enumerate() {
        let one = parse(wire).map_err(|invalid| invalid.within(&format!("{field}[{index}]")));
        parsed.extend(invalid.collect(one));
    }
    invalid.check()?;
    Ok(parsed)
}

/// A polygon.
pub(crate) fn polygon(wire: &v1::Polygon) -> Result<Polygon, Invalid> {
    let points: Vec<Point> = wire.points.iter().map(|&v1::Point { x, y }| Point { x, y }).collect();
    Polygon::new(&points).map_err(|error| Invalid::new("points", error.to_string()))
}

fn rule(wire: &v1::ObjectRule) -> Result<ObjectRule, Invalid> {
    let mut invalid = Invalid::default();
    if wire.label.is_empty() || wire.label.chars().count() > 100 {
        let text = "name a class of the model, for example person: see ListModels";
        invalid.collect::<()>(Err(Invalid::new("label", text)));
    }
    let mut part = |value: f32, field: &str| {
        let text = "give a part of the whole, from 0 to 1";
        invalid.collect(Part::new(value).ok_or_else(|| Invalid::new(field, text)))
    };
    let min_score = part(wire.min_score, "min_score");
    let min_area = part(wire.min_area, "min_area");
    let max_area = if wire.max_area == 0.0 { 1.0 } else { wire.max_area };
    let max_area = part(max_area, "max_area");
    invalid.check()?;
    Ok(ObjectRule {
        label: wire.label.clone(),
        min_score: min_score.unwrap_or_default(),
        min_area: min_area.unwrap_or_default(),
        max_area: max_area.unwrap_or_default(),
    })
}

fn zone(wire: &v1::Zone) -> Result<Zone, Invalid> {
    let mut invalid = Invalid::default();
    let name = invalid.collect(wire.name.parse());
    let area = match &wire.area {
        Some(area) => polygon(area).map_err(|invalid| invalid.within("area")),
        None => Err(Invalid::new("area", "draw the zone: give its points")),
    };
    let area = invalid.collect(area);
    let loiter = invalid.collect(duration(wire.loiter.as_ref(), "loiter")).flatten();
    if loiter.is_some_and(|loiter| loiter > ronin_core::detect::LOITER_MAX) {
        invalid.collect::<()>(Err(Invalid::new("loiter", "give at most an hour")));
    }
    invalid.check()?;
    let (Some(name), Some(area)) = (name, area) else {
        return Err(Invalid::new("name", "name the zone"));
    };
    let loiter = loiter.filter(|loiter| !loiter.is_zero());
    Ok(Zone { name, area, labels: wire.labels.clone(), loiter })
}

pub(crate) fn schedule(wire: &v1::Schedule) -> Result<Schedule, Invalid> {
    let hours = all(&wire.hours, "hours", |hours| {
        let mut days = [false; 7];
        for day in &hours.days {
            let day = usize::try_from(*day).ok().filter(|day| (1..=7).contains(day));
            let text = "a day is 1 for Monday to 7 for Sunday";
            days[day.ok_or_else(|| Invalid::new("days", text))? - 1] = true;
        }
        let minute = |value: i32, field| {
            let text = "give minutes from midnight, 0 to 1440";
            u16::try_from(value).map_err(|_| Invalid::new(field, text))
        };
        Ok(Hours {
            days,
            start_minute: minute(hours.start_minute, "start_minute")?,
            end_minute: minute(hours.end_minute, "end_minute")?,
        })
    })?;
    Schedule::new(&wire.time_zone, hours)
}

fn duration(
    wire: Option<&prost_types::Duration>,
    field: &str,
) -> Result<Option<Duration>, Invalid> {
    let text = "give a length of time, not below zero";
    let parse = |wire: &prost_types::Duration| {
        Duration::try_from(*wire).map_err(|_| Invalid::new(field, text))
    };
    wire.map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle() -> v1::Polygon {
        let points = [(0.1, 0.1), (0.9, 0.1), (0.5, 0.9)];
        v1::Polygon { points: points.map(|(x, y)| v1::Point { x, y }).to_vec() }
    }

    fn full() -> v1::DetectSettings {
        let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
        v1::DetectSettings {
            motion: Some(true),
            sensitivity: v1::MotionSensitivity::High.into(),
            masks: vec![triangle()],
            objects: Some(false),
            rules: vec![v1::ObjectRule {
                label: "person".into(),
                min_score: 0.5,
                min_area: 0.25,
                max_area: 1.0,
            }],
            zones: vec![v1::Zone {
                name: "Porch".into(),
                area: Some(triangle()),
                labels: vec!["person".into()],
                loiter: seconds(20),
            }],
            only_in_zones: Some(true),
            schedule: Some(v1::Schedule {
                time_zone: "Europe/Berlin".into(),
                hours: vec![v1::ScheduleHours {
                    days: vec![1, 7],
                    start_minute: 60,
                    end_minute: 1440,
                }],
            }),
            pre_roll: seconds(3),
            post_roll: seconds(0),
        }
    }

    #[test]
    fn settings_go_both_ways_and_what_is_unset_stays() {
        let usual = DetectSettings::with_motion(false);
        let all = merged(&usual, &full()).unwrap();
        assert_eq!(to_wire(&all), full());
        assert_eq!(merged(&all, &v1::DetectSettings::default()).unwrap(), all);
        assert_eq!(to_wire(&merged(&usual, &to_wire(&usual)).unwrap()), to_wire(&usual));
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_where() {
        let mut wire = full();
        wire.masks[0].points.truncate(2);
        wire.rules[0] =
            v1::ObjectRule { min_score: f32::NAN, min_area: 2.0, ..wire.rules[0].clone() };
        wire.zones[0].area = None;
        wire.zones[0].name = "<b>".into();
        if let Some(schedule) = &mut wire.schedule {
            schedule.hours[0].days = vec![8];
        }
        wire.pre_roll = Some(prost_types::Duration { seconds: -1, nanos: 0 });
        let invalid = merged(&DetectSettings::with_motion(false), &wire).unwrap_err();
        let fields: Vec<_> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "masks[0].points",
                "rules[0].min_score",
                "rules[0].min_area",
                "zones[0].name",
                "zones[0].area",
                "schedule.hours[0].days",
                "pre_roll",
            ]
        );
    }

    #[test]
    fn polygons_of_a_hundred_thousand_points_are_refused_in_words() {
        let points = (0..100_000).map(|n| v1::Point { x: n as f32 / 1e5, y: 0.5 }).collect();
        let invalid = polygon(&v1::Polygon { points }).unwrap_err();
        assert!(invalid.violations[0].description.contains("at most 100"), "{invalid}");
    }
}
