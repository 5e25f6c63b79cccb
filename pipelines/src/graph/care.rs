//! What a graph's branches need now and then, beside what happens between two pictures: sound that
//! was waited for, sound that fell silent, a branch that failed, a disk that is full.

use std::time::{Duration, Instant};

use ronin_core::Fault;

use super::state::{Shared, State};
use crate::error::Error;

/// Sound that was announced is waited for this long; the pictures wait in the queue.
const SOUND_WAIT: Duration = Duration::from_secs(3);
/// Sound that is late by this much is filled with silence.
const SOUND_LATE: Duration = Duration::from_secs(1);
/// A branch without sound is exchanged when sound comes, but not more often than this.
const SOUND_RENEWAL: Duration = Duration::from_secs(10);
/// A branch that failed is built again after this.
const BRANCH_RETRY: Duration = Duration::from_secs(5);
/// Pictures went in, but nothing reached the disk for this long.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
const SOUND_STOPPED: &str = "the camera's sound stopped; the recording goes on in silence";
const SOUND_MISSING: &str = "the camera announces sound but sends none";

/// Whether [`care`] would do something. Cheap: called several times a second.
pub(super) fn needs_care(shared: &Shared) -> bool {
    let state = shared.state();
    let waiting = state.record.as_ref().is_some_and(|b| !b.is_open())
        || state.live.as_ref().is_some_and(|b| !b.is_open());
    let failed = state.record_failed.is_some() || state.live_failed.is_some();
    let is_full = state.record.is_some() && shared.spec.room.is_closed();
    waiting || failed || is_full || state.audio_announced || is_disk_silent(shared, &state)
}

/// Whether pictures go in, and nothing has reached the disk for too long.
fn is_disk_silent(shared: &Shared, state: &State) -> bool {
    let branch = state.record.as_ref().filter(|branch| branch.is_open());
    let Some((recording, branch)) = shared.recording.as_ref().zip(branch) else {
        return false;
    };
    let age = recording.written.age().map_or(branch.age(), |age| age.min(branch.age()));
    age > WRITE_TIMEOUT
}

/// Opens branches that wait for sound, ends sound that fell silent, renews branches that failed.
pub(super) fn care(shared: &Shared) {
    let late = shared.audio.age().is_some_and(|age| age > SOUND_LATE);
    let filled = late && shared.fill_sound();
    let mut guard = shared.state();
    let state = &mut *guard;
    let Some(first) = state.first_picture else { return };
    let sound_flows = shared.sound_flows();

    let is_sound_known = !state.audio_announced || sound_flows || first.elapsed() > SOUND_WAIT;
    if is_sound_known && let Err(error) = open_waiting(shared, state) {
        shared.refuse(Fault::Internal { detail: ronin_core::chain(&error) });
    }
    if state.audio_announced && first.elapsed() > SOUND_WAIT {
        follow_sound(shared, state, sound_flows, filled);
    }
    let due = |failed: Option<Instant>| failed.is_some_and(|at| at.elapsed() > BRANCH_RETRY);
    if due(state.record_failed) {
        shared.renew_record.raise();
    }
    if due(state.live_failed) {
        shared.renew_live.raise();
    }
    if is_disk_silent(shared, state) && state.record_failed.is_none() {
        state.record_failed = Some(Instant::now());
        let seconds = WRITE_TIMEOUT.as_secs();
        shared.note_recording_fault(format!("nothing reached the disk for {seconds} s"));
    }
    if shared.spec.room.is_closed() {
        // Files are finished while there may still be room for their last bytes.
        state.retire_record(None, &shared.hurry);
        if let Some(recording) = &shared.recording {
            recording.progress().is_paused = true;
        }
    }
}

/// Lets branches run that waited for sound.
pub(super) fn open_waiting(shared: &Shared, state: &mut State) -> Result<(), Error> {
    if let Some(mut branch) = state.record.take_if(|b| !b.is_open()) {
        let opened = shared.open_record(state, &mut branch);
        state.record = Some(branch);
        opened?;
    }
    if let Some(mut branch) = state.live.take_if(|b| !b.is_open()) {
        let opened = shared.open_live(state, &mut branch);
        state.live = Some(branch);
        opened?;
    }
    Ok(())
}

/// Exchanges the branches at the next key frame where they lack sound that came, or have sound that
/// stopped and could not be `filled` with silence. To end the sound alone would be less, but
/// splitmuxsink hangs at its next cut then.
fn follow_sound(shared: &Shared, state: &mut State, flows: bool, filled: bool) {
    let records = shared.records_sound(state);
    let record = state.record.as_ref().map(|branch| branch.trunk.has_audio());
    let live = state.live.as_ref().map(|branch| branch.trunk.has_audio());
    let recently = state.audio_renewed.is_some_and(|at| at.elapsed() < SOUND_RENEWAL);
    let (renew_record, renew_live) = if flows {
        (record == Some(false) && records, live == Some(false))
    } else {
        (record == Some(true) && !filled, live == Some(true) && !filled)
    };
    if flows {
        state.warnings.remove(SOUND_STOPPED);
        state.warnings.remove(SOUND_MISSING);
    } else {
        let came_once = state.audio_caps.is_some();
        state.warnings.insert(if came_once { SOUND_STOPPED } else { SOUND_MISSING }.to_owned());
    }
    // Sound that comes and goes must not cut the recording to pieces; sound that stopped must.
    if flows && recently || !(renew_record || renew_live) {
        return;
    }
    state.audio_renewed = Some(Instant::now());
    if renew_record {
        shared.renew_record.raise();
    }
    if renew_live {
        shared.renew_live.raise();
    }
}
