//! Pictures for whoever looks for something in them, beside a recording that loses none.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ronin_core::{WallTime, live::Feed};
use ronin_pipelines::{
    Picture,
    analysis::{self, Tally},
};
use ronin_testkit::{
    camera::{Codec, FakeCamera},
    numbers, wait,
};
use tokio::task::JoinHandle;

use crate::harness::{BOUND, NO_CUT, Recording, assert_continuous, numbered};

/// Number, time in the stream and wall-clock time of each picture that was looked at, and its age.
type Seen = Arc<Mutex<Vec<(u32, Duration, WallTime, Duration)>>>;

/// Looks at `rate` pictures a second, and does `then` after each.
#[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
fn look(
    feed: &Arc<Feed>,
    rate: u32,
    then: impl Fn() + Send + 'static,
) -> (Seen, Arc<Tally>, JoinHandle<()>) {
    let (seen, tally) = (Seen::default(), Arc::<Tally>::default());
    let notes = seen.clone();
    let see = move |picture: Picture<'_>| {
        let Picture { luma, stride_bytes, width, height, media_time, wall, .. } = picture;
        let rows: Vec<u8> = luma
            .chunks(stride_bytes)
            .take(height)
            .flat_map(|row| row[..width].iter().copied())
            .collect();
        let number = numbers::read_picture(&rows, width, height).unwrap();
        // What is black and white has it in each colour.
        let rgb = picture.rgb().unwrap();
        let green = |y| rgb.row(y).iter().skip(1).step_by(3).copied();
        let green: Vec<u8> = (0..rgb.height()).flat_map(green).collect();
        assert_eq!(numbers::read_picture(&green, width, height).unwrap(), number);
        let age = WallTime::now().since(wall);
        notes.lock().unwrap().push((number, media_time, wall, age));
        then();
    };
    let run = analysis::run(feed.watch(false), rate, tally.clone(), see);
    let task = tokio::spawn(async move { run.await.unwrap() });
    (seen, tally, task)
}

fn main(recording: &Recording) -> Arc<Feed> {
    recording.channels.get(&"cam".parse().unwrap()).unwrap().main
}

fn wait_seen(seen: &Seen, count: usize) -> Vec<(u32, Duration, WallTime, Duration)> {
    wait::eventually(BOUND, "pictures that are looked at", || seen.lock().unwrap().len() >= count);
    seen.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_pictures_as_asked_for_are_looked_at_with_their_times() {
    for codec in [Codec::H264, Codec::H265] {
        let camera = FakeCamera::builder().main_stream(numbered()).codec(codec).start().unwrap();
        let recording = Recording::start(&camera.main_url(), NO_CUT);

        let (seen, tally, task) = look(&main(&recording), 5, || {});
        let seen = wait_seen(&seen, 20);
        task.abort();

        // The camera sends 25 a second: every fifth. Those of before come together, and on a busy
        // machine one may give way to the next.
        let mut regular = 0;
        let later = &seen[8..];
        for pair in later.windows(2) {
            let ((number, media, wall, _), (next, later_media, later_wall, _)) = (pair[0], pair[1]);
            let distance = next - number;
            assert!(distance >= 4, "{codec:?}: {seen:?}");
            regular += usize::from(distance <= 6);
            let passed = later_media - media;
            let expected = Duration::from_millis(40) * distance;
            assert!(passed.abs_diff(expected) < Duration::from_millis(60), "{seen:?}");
            let on_the_clock = later_wall.since(wall);
            assert!(on_the_clock.abs_diff(passed) < Duration::from_millis(50), "{seen:?}");
        }
        assert!(regular * 10 >= (later.len() - 1) * 7, "{codec:?}: {seen:?}");
        assert!(tally.looked_at() >= 20);
        assert_eq!(tally.dropped(), 0);
        recording.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_and_goes_while_every_picture_is_recorded() {
    let camera = FakeCamera::builder().main_stream(numbered()).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));

    for rate in 1..=10 {
        let (seen, _, task) = look(&main(&recording), rate, || {});
        wait_seen(&seen, 2);
        task.abort();
    }
    let mut segments = recording.segments(2).await;
    let (rest, folder, _) = recording.stop().await;

    segments.extend(rest);
    assert_continuous(&folder, &mut segments);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_slowly_sees_the_newest_pictures_and_holds_nobody_up() {
    let camera = Arc::new(FakeCamera::builder().main_stream(numbered()).start().unwrap());
    let recording = Recording::start(&camera.main_url(), NO_CUT);

    // Each look lasts until the camera has sent ten pictures more.
    let sender = camera.clone();
    let sent = move || sender.newest_picture("/main").unwrap_or_default();
    let ten_more = move || {
        let before = sent();
        wait::until(BOUND, || sent() >= before + 10);
    };
    let (seen, _, task) = look(&main(&recording), 25, ten_more);
    let seen = wait_seen(&seen, 10);
    task.abort();

    // Behind the first ones, which were there before: one that is looked at, and one that waits.
    let (number, .., age) = seen[9];
    assert!(age < Duration::from_secs(2), "{seen:?}");
    assert!(number - seen[3].0 > 30, "older ones are left out: {seen:?}");
    let (mut segments, folder, _) = recording.stop().await;
    assert_continuous(&folder, &mut segments);
}
