use std::{fs, os::unix::fs::MetadataExt};

use ronin_core::{CameraId, RunId, Segment, WallTime};

use super::*;
use crate::{live_mp4, segment_file::Identity, verify};

/// Seconds of the recorded file, and its pictures a second.
const SECONDS: u32 = 5;
const RATE: i32 = 20;

/// Records a file as the engine does: with sound, in fragments of a second, with an identity.
fn record(path: &Path, with_sound: bool) -> Segment {
    let start = WallTime::from_micros(1_700_000_000_000_000);
    let segment = Segment {
        id: SegmentId::generate(),
        camera: "yard".parse::<CameraId>().unwrap(),
        run: RunId::generate(),
        sequence: 3,
        start,
        end: start + Duration::from_secs(SECONDS.into()),
        path: String::new(),
        size_bytes: 0,
        frames: 0,
        codecs: ["avc1.64001f", "mp4a.40.2"][..1 + usize::from(with_sound)]
            .iter()
            .map(|&codec| codec.to_owned())
            .collect(),
        width: 320,
        height: 240,
    };
    let pictures = SECONDS * RATE.cast_unsigned();
    let sound = format!(
        "audiotestsrc num-buffers={} samplesperbuffer=1024 ! audio/x-raw,rate=16000 ! avenc_aac ! \
         aacparse ! m.",
        SECONDS * 16_000 / 1024
    );
    let plain = path.with_extension("plain");
    let description = format!(
        "videotestsrc pattern=ball num-buffers={pictures} ! \
         video/x-raw,width=320,height=240,framerate={RATE}/1 ! x264enc key-int-max={RATE} \
         bframes=2 ! h264parse ! mp4mux name=m fragment-duration=1000 ! filesink location={} {}",
        plain.display(),
        if with_sound { &sound } else { "" },
    );
    let pipeline = gst::parse::launch(&description).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let bus = pipeline.bus().unwrap();
    let ends = [gst::MessageType::Eos, gst::MessageType::Error];
    let end = bus.timed_pop_filtered(gst::ClockTime::from_seconds(60), &ends).unwrap();
    assert_eq!(end.type_(), gst::MessageType::Eos, "{end:?}");
    pipeline.set_state(gst::State::Null).unwrap();
    let bytes = fs::read(&plain).unwrap();
    let behind = usize::try_from(u32::from_be_bytes(bytes[..4].try_into().unwrap())).unwrap();
    let (file_type, rest) = bytes.split_at(behind);
    fs::write(path, [file_type, &Identity::of(&segment).to_box(), rest].concat()).unwrap();
    segment
}

fn order(source: &Path, target: &Path) -> Order {
    Order {
        source: source.to_owned(),
        target: target.to_owned(),
        segment: SegmentId::generate(),
        encoder: "x265enc".to_owned(),
        quality: Quality::Balanced,
        preset: Preset::Ultrafast,
        cores: 1,
        most_bytes: u64::MAX,
    }
}

#[test]
fn a_file_is_the_same_footage_afterwards() {
    crate::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for with_sound in [false, true] {
        let source = folder.path().join(format!("{with_sound}.mp4"));
        let target = folder.path().join(format!("{with_sound}-new.mp4"));
        let recorded = record(&source, with_sound);
        let order = order(&source, &target);
        let mut told = 0;

        let encoded = encode(&order, |frames| told = frames).unwrap();

        let pictures = u64::from(SECONDS * RATE.cast_unsigned());
        assert_eq!((encoded.frames, told), (pictures, pictures));
        assert_eq!(fs::metadata(&target).unwrap().size(), encoded.size_bytes);
        assert_eq!(verify::decode(&target).unwrap(), pictures);
        let (before, after) = (inspect(&source).unwrap(), inspect(&target).unwrap());
        assert_eq!((after.frames, after.whole_bytes), (pictures, after.size_bytes));
        assert_eq!(after.duration, before.duration);
        assert_eq!(after.end, Some(recorded.end));
        assert!(after.index.pieces.len() >= 2, "{:?}", after.index);
        let identity = after.identity.unwrap();
        assert_eq!(identity.replaces, Some(recorded.id));
        assert_eq!((identity.segment, identity.start), (order.segment, recorded.start));
        assert!(identity.codecs[0].starts_with("hvc1."), "{:?}", identity.codecs);
        assert_eq!(identity.codecs[1..], recorded.codecs[1..]);

        let found = compare(&source, &target, |_| {}).unwrap();
        assert_eq!(found.frames, (pictures, pictures));
        assert_eq!(found.compared, 3, "the first, the fiftieth, the last");
        assert_eq!(found.difference(0.9, Duration::from_millis(1)), None, "{found:?}");
        assert_eq!(sound_of(&source), sound_of(&target));
        assert_eq!(sound_of(&source).is_empty(), !with_sound);
    }
}

/// Every packet of sound of a file, with its time.
fn sound_of(path: &Path) -> Vec<(u64, Vec<u8>)> {
    if !fs::read(path).unwrap().windows(4).any(|word| word == b"mp4a") {
        return Vec::new();
    }
    let description = format!(
        "filesrc location={} ! qtdemux name=d d.audio_0 ! appsink name=sink sync=false",
        path.display()
    );
    let pipeline = gst::parse::launch(&description).unwrap();
    let pipeline = Teardown(pipeline.downcast::<gst::Pipeline>().unwrap());
    let sink = pipeline.0.by_name("sink").unwrap().downcast::<gst_app::AppSink>().unwrap();
    pipeline.0.set_state(gst::State::Playing).unwrap();
    let mut packets = Vec::new();
    while let Some(sample) = sink.try_pull_sample(gst::ClockTime::from_seconds(10)) {
        let buffer = sample.buffer().unwrap();
        packets.push((buffer.pts().unwrap().mseconds(), buffer.map_readable().unwrap().to_vec()));
    }
    assert!(sink.is_eos());
    packets
}

#[test]
fn what_is_not_as_it_was_is_seen() {
    crate::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    record(&path("one.mp4"), false);
    encode(&order(&path("one.mp4"), &path("new.mp4")), |_| {}).unwrap();
    let whole = fs::read(path("new.mp4")).unwrap();

    // A fragment is missing at the end.
    let pieces = inspect(&path("new.mp4")).unwrap().index.pieces;
    let cut = usize::try_from(pieces.last().unwrap().offset).unwrap();
    fs::write(path("short.mp4"), &whole[..cut]).unwrap();
    let found = compare(&path("one.mp4"), &path("short.mp4"), |_| {}).unwrap();
    assert!(found.difference(0.9, Duration::from_millis(1)).unwrap().contains("instead of"));

    // Media that was overwritten.
    let mut spoiled = whole.clone();
    let last = pieces.last().unwrap();
    let at = usize::try_from(last.offset + last.size_bytes / 3).unwrap();
    let end = usize::try_from(last.offset + last.size_bytes).unwrap();
    spoiled[at..end].iter_mut().for_each(|byte| *byte = byte.wrapping_mul(7).wrapping_add(3));
    fs::write(path("spoiled.mp4"), &spoiled).unwrap();
    let found = compare(&path("one.mp4"), &path("spoiled.mp4"), |_| {});
    let differs = found.map(|found| found.difference(0.9, Duration::from_millis(1)).is_some());
    assert!(differs.unwrap_or(true));
}

#[test]
fn what_cannot_be_done_is_told_and_leaves_nothing() {
    crate::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    record(&path("one.mp4"), false);
    let good = order(&path("one.mp4"), &path("new.mp4"));

    let small = Order { most_bytes: 2000, ..good.clone() };
    assert!(matches!(encode(&small, |_| {}), Err(Failed::TooLarge)));
    let unknown = Order { encoder: "no-encoder".into(), ..good.clone() };
    assert!(matches!(encode(&unknown, |_| {}), Err(Failed::Encoder(_))));
    fs::write(path("else.mp4"), [live_mp4::file_type(), vec![0; 100]].concat()).unwrap();
    let strange = Order { source: path("else.mp4"), ..good.clone() };
    assert!(matches!(encode(&strange, |_| {}), Err(Failed::Source(_))));
    let nowhere = Order { target: path("no/folder.mp4"), ..good.clone() };
    assert!(matches!(encode(&nowhere, |_| {}), Err(Failed::Disk(_))));
    assert!(!path("new.mp4").exists());

    // What is there is not written over.
    fs::write(path("new.mp4"), b"somebody's").unwrap();
    assert!(matches!(encode(&good, |_| {}), Err(Failed::Disk(_))));
}
