use ronin_testkit::{ffprobe, wait};

use super::*;
use crate::{clock::SystemClock, sink::disk::RealDisk};

const BOUND: Duration = Duration::from_secs(20);

fn recording(root: PathBuf, segments: tokio::sync::mpsc::Sender<Recorded>) -> Arc<Recording> {
    Arc::new(Recording {
        camera: "cam".parse().unwrap(),
        run: RunId::generate(),
        root,
        segment_duration: Duration::from_secs(60),
        sync_every: Duration::from_secs(5),
        segments,
        unindexed: Unindexed::default(),
        room: Room::default(),
        disk: Arc::new(RealDisk),
        clock: Arc::new(RunClock::new(Arc::new(SystemClock), None)),
        next_sequence: AtomicU32::new(0),
        entered: Arc::new(Counters::new()),
        written: Counters::new(),
        progress: Mutex::default(),
    })
}

/// A tee of sound that is announced; none comes.
fn announced_sound(pipeline: &gst::Pipeline) -> gst::Element {
    let tee = make("tee").unwrap();
    tee.set_property("allow-not-linked", true);
    pipeline.add(&tee).unwrap();
    tee.sync_state_with_parent().unwrap();
    let caps = gst::Caps::builder("audio/mpeg")
        .field("mpegversion", 4)
        .field("stream-format", "raw")
        .field("rate", 8000)
        .field("channels", 1)
        .field("codec_data", gst::Buffer::from_slice([0x15, 0x88]))
        .build();
    let segment = gst::FormattedSegment::<gst::ClockTime>::new();
    let entrance = tee.static_pad("sink").unwrap();
    assert!(entrance.send_event(gst::event::StreamStart::new("sound")));
    assert!(entrance.send_event(gst::event::Caps::new(&caps)));
    assert!(entrance.send_event(gst::event::Segment::new(&segment)));
    tee
}

#[test]
fn a_file_that_ends_before_its_sound_came_is_whole() {
    crate::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (sender, mut segments) = tokio::sync::mpsc::channel(1);
    let recording = recording(folder.path().to_owned(), sender);
    let pictures = "videotestsrc num-buffers=20 ! video/x-raw,width=160,height=120,framerate=10/1 \
                    ! x264enc key-int-max=10 ! h264parse \
                    ! video/x-h264,stream-format=avc,alignment=au ! tee name=pictures";
    let pipeline = gst::parse::launch(pictures).unwrap().downcast::<gst::Pipeline>().unwrap();
    let tee = pipeline.by_name("pictures").unwrap();
    pipeline.set_state(gst::State::Paused).unwrap();
    let sound = announced_sound(&pipeline);
    let tracks = Tracks { codecs: vec!["avc1".into()], width: 160, height: 120 };

    let begins = gst::ClockTime::ZERO;
    let mut branch =
        RecordBranch::attach(&pipeline, &tee, &recording, begins, WallTime::now()).unwrap();
    branch.open(Some(&sound), &recording, tracks).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    wait::eventually(BOUND, "pictures", || recording.entered.frames() == 20);
    branch.close(None);
    assert!(branch.retire(None, false, Hurry::default()));

    let segment = segments.try_recv().unwrap().segment;
    let path = folder.path().join(&segment.path);
    let probed = ffprobe::probe(&path).unwrap();
    assert_eq!(segment.frames, 20);
    assert!(probed.video().is_some() && probed.audio().is_some(), "{probed:?}");
    assert_eq!(ffprobe::decode_errors(&path), "");
    pipeline.set_state(gst::State::Null).unwrap();
}
