//! Footage that is encoded anew: policies both ways, results out.

use std::time::Duration;

use ronin_core::{
    CameraId, Invalid,
    transcode::{H265Policy, Quality, Saving, Transcoded},
};
use ronin_proto::v1;

use super::{detect, name};

/// A policy for the wire.
pub(crate) fn policy_to_wire(policy: &H265Policy) -> v1::H265Policy {
    let quality = match policy.quality {
        Quality::High => v1::H265Quality::High,
        Quality::Balanced => v1::H265Quality::Balanced,
        Quality::Small => v1::H265Quality::Small,
    };
    v1::H265Policy {
        after: Some(detect::duration_to_wire(policy.after)),
        quality: quality.into(),
        minimum_saving_percent: policy.minimum_saving.as_percent(),
        schedule: policy.schedule.as_ref().map(detect::schedule_to_wire),
    }
}

/// A policy that somebody sets.
pub(crate) fn policy(wire: &v1::H265Policy) -> Result<H265Policy, Invalid> {
    let mut invalid = Invalid::default();
    let after = match &wire.after {
        None => Err(Invalid::new("after", "say from which age on files are encoded")),
        Some(after) => Duration::try_from(*after)
            .map_err(|_| Invalid::new("after", "an age is 0 to 3650 days")),
    };
    let after = invalid.collect(after);
    let quality = match v1::H265Quality::try_from(wire.quality) {
        Ok(v1::H265Quality::Unspecified | v1::H265Quality::Balanced) => Ok(Quality::Balanced),
        Ok(v1::H265Quality::High) => Ok(Quality::High),
        Ok(v1::H265Quality::Small) => Ok(Quality::Small),
        Err(_) => Err(Invalid::new("quality", "a quality is high, balanced or small")),
    };
    let quality = invalid.collect(quality);
    let saving = match wire.minimum_saving_percent {
        0 => Ok(Saving::default()),
        percent => Saving::percent(percent),
    };
    let saving = invalid.collect(saving);
    let schedule = wire.schedule.as_ref().map(detect::schedule).transpose();
    let schedule = invalid.collect(schedule.map_err(|invalid| invalid.within("schedule")));
    let policy = match (after, quality, saving, schedule) {
        (Some(after), Some(quality), Some(saving), Some(schedule)) => {
            invalid.collect(H265Policy::new(after, quality, saving, schedule))
        }
        _ => None,
    };
    invalid.check()?;
    policy.ok_or_else(|| Invalid::new("h265", "say when footage is encoded"))
}

/// What came of files, of one camera where one is given.
pub(crate) fn result_to_wire(
    camera: Option<&CameraId>,
    result: &Transcoded,
) -> v1::TranscodeResult {
    let left = result.left.iter();
    let mut left: Vec<v1::JobFailures> = left
        .map(|(left, files)| v1::JobFailures { reason: left.name().to_owned(), count: *files })
        .collect();
    left.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    v1::TranscodeResult {
        camera: camera.map(name::camera).unwrap_or_default(),
        files: result.files,
        footage: Some(detect::duration_to_wire(result.footage)),
        bytes_before: result.bytes_before,
        bytes_after: result.bytes_after,
        work: Some(detect::duration_to_wire(result.work)),
        encoder: result.encoder.clone(),
        left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(seconds: i64) -> v1::H265Policy {
        let after = prost_types::Duration { seconds, nanos: 0 };
        v1::H265Policy { after: Some(after), ..Default::default() }
    }

    #[test]
    fn a_policy_goes_out_as_it_came_in() {
        let given = v1::H265Policy {
            quality: v1::H265Quality::Small.into(),
            minimum_saving_percent: 30,
            schedule: Some(v1::Schedule {
                time_zone: "Europe/Berlin".into(),
                hours: vec![v1::ScheduleHours {
                    days: (1..=7).collect(),
                    start_minute: 22 * 60,
                    end_minute: 6 * 60,
                }],
            }),
            ..wire(86_400)
        };
        assert_eq!(policy_to_wire(&policy(&given).unwrap()), given);

        let usual = policy(&wire(0)).unwrap();
        assert_eq!((usual.minimum_saving.as_percent(), usual.quality), (15, Quality::Balanced));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let bad = v1::H265Policy {
            after: None,
            quality: 9,
            minimum_saving_percent: 91,
            schedule: Some(v1::Schedule::default()),
        };
        let fields: Vec<String> =
            policy(&bad).unwrap_err().violations.into_iter().map(|v| v.field).collect();
        let want = ["after", "quality", "minimum_saving_percent", "schedule.time_zone"];
        assert_eq!(fields, want);
        for seconds in [-1, 4000 * 86_400] {
            assert_eq!(policy(&wire(seconds)).unwrap_err().violations[0].field, "after");
        }
    }

    #[test]
    fn what_stays_most_often_comes_first() {
        use ronin_core::transcode::Left;
        let mut result = Transcoded { files: 3, ..Transcoded::default() };
        result.leave(Left::EncoderFailed, 1);
        result.leave(Left::SavesTooLittle, 7);
        let wire = result_to_wire(Some(&"yard".parse().unwrap()), &result);
        assert_eq!((wire.camera.as_str(), wire.files), ("cameras/yard", 3));
        let left: Vec<_> = wire.left.iter().map(|l| (l.reason.as_str(), l.count)).collect();
        assert_eq!(left, [("SAVES_TOO_LITTLE", 7), ("ENCODER_FAILED", 1)]);
    }
}
