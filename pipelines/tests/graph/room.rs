//! Recording pauses while there is no room, and nothing else does.

use ronin_core::RecordingFault;
use ronin_testkit::{camera::FakeCamera, wait};
use tokio::time::timeout;

use crate::harness::{BOUND, NO_CUT, Recording, assert_continuous, numbered};

#[tokio::test(flavor = "multi_thread")]
async fn recording_pauses_while_there_is_no_room_and_the_live_view_goes_on() {
    let camera = FakeCamera::builder().main_stream(numbered()).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), NO_CUT);
    recording.wait_for(|status| status.recording).await;
    let written = recording.room.written_bytes();
    let window = recording.channels.get(&"cam".parse().unwrap()).unwrap().window;
    let live = || window.playlist().unwrap_or_default();

    recording.room.set_full(true);
    let paused = recording.wait_for(|status| !status.recording).await;
    let before = timeout(BOUND, recording.recorded.recv()).await.unwrap().unwrap();
    let newest = live().lines().last().map(str::to_owned);
    wait::eventually(BOUND, "live goes on", || live().lines().last() != newest.as_deref());
    assert!(recording.open_file().is_none(), "nothing is begun");
    recording.room.set_full(false);
    let goes_on = recording.wait_for(|status| status.recording).await;
    let (mut after, folder, fault) = recording.stop().await;

    assert!(written > 0);
    assert_eq!((paused.streaming, paused.recording_fault), (true, Some(RecordingFault::DiskFull)));
    assert_eq!((goes_on.recording_fault, fault), (None, None));
    assert!(before.segment.end < after[0].start && before.segment.run == after[0].run);
    assert!(!live().contains("#EXT-X-DISCONTINUITY\n"));
    assert_continuous(&folder, &mut [before.segment]);
    assert_continuous(&folder, &mut after);
}
