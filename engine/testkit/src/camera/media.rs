//! The RTSP media of a stream: a shared graph that a [`Program`] is fed into.

use std::sync::{Arc, Once};
use std::time::Instant;

use gst::prelude::*;
use gst_app::{AppLeakyType, AppSrc, AppSrcCallbacks};
use gst_rtsp_server::prelude::*;
use gst_rtsp_server::{RTSPMedia, RTSPMediaFactory, RTSPSuspendMode};

use super::program::{End, Program, Source};
use super::{Audio, Codec, mischief, wire};

/// Four seconds at 25 fps. The graph downstream never waits for a client, so this fills only while
/// a client is between DESCRIBE and PLAY, or the machine stands still.
const QUEUED_PICTURES: u64 = 100;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Of numbered pictures; a clip has its own.
    pub(super) codec: Codec,
    pub(super) audio: Audio,
}

impl Look {
    fn codec(self, source: &Source) -> Codec {
        match source {
            Source::Numbered { .. } => self.codec,
            Source::Clip(clip) => clip.codec,
        }
    }
}

/// A factory whose media show `program`. `role` is who may see it; none: everybody.
pub(super) fn factory(program: &Arc<Program>, look: Look, role: Option<&str>) -> RTSPMediaFactory {
    let factory = RTSPMediaFactory::new();
    factory.set_launch(&launch(&program.source, look));
    factory.set_shared(true);
    factory.set_latency(0);
    factory.set_suspend_mode(RTSPSuspendMode::None);
    // Else the media of a UDP client outlives its RTSP connection by a minute.
    factory.set_stop_on_disconnect(true);
    if let Some(role) = role {
        let access = gst::Structure::builder(role)
            .field(gst_rtsp_server::RTSP_PERM_MEDIA_FACTORY_ACCESS, true)
            .field(gst_rtsp_server::RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, true)
            .build();
        factory.add_role_from_structure(&access);
    }
    let program = Arc::clone(program);
    factory.connect_media_configure(move |_, media| configure(media, &program));
    factory
}

/// ```text
/// appsrc (pictures) [─► encoder] ─► pay0
/// audiotestsrc ─► encoder ─► pay1
/// ```
pub(super) fn launch(source: &Source, look: Look) -> String {
    let codec = look.codec(source);
    let encoder = match source {
        &Source::Numbered { gop, b_frames, .. } => encoder(codec, gop, b_frames),
        Source::Clip(_) => String::new(),
    };
    let payloader = match codec {
        Codec::H264 => "rtph264pay",
        Codec::H265 => "rtph265pay",
    };
    let audio = match look.audio {
        Audio::None => String::new(),
        Audio::Pcmu => sound(8000, 160, "mulawenc ! rtppcmupay name=pay1 pt=0"),
        Audio::Pcma => sound(8000, 160, "alawenc ! rtppcmapay name=pay1 pt=8"),
        Audio::Pcm24 => {
            sound(16000, 320, "audioconvert ! audio/x-raw,format=S24BE ! rtpL24pay name=pay1 pt=98")
        }
        Audio::Aac => {
            sound(16000, 1024, "avenc_aac bitrate=32000 ! aacparse ! rtpmp4gpay name=pay1 pt=97")
        }
    };
    format!(
        "( appsrc name=pictures ! {encoder} {payloader} name=pay0 pt=96 config-interval=-1 {audio} )"
    )
}

/// One thread, no look-ahead: the pictures are tiny, and there may be many cameras.
fn encoder(codec: Codec, gop: u32, b_frames: u32) -> String {
    match codec {
        Codec::H264 if b_frames == 0 => format!(
            "x264enc speed-preset=ultrafast tune=zerolatency pass=quant quantizer=24 threads=1 \
             key-int-max={gop} option-string=scenecut=0 ! video/x-h264,profile=baseline !"
        ),
        Codec::H264 => format!(
            "x264enc speed-preset=ultrafast pass=quant quantizer=24 threads=1 rc-lookahead=0 \
             sync-lookahead=0 key-int-max={gop} bframes={b_frames} b-adapt=false \
             option-string=scenecut=0 ! video/x-h264,profile=main !"
        ),
        Codec::H265 => format!(
            "x265enc speed-preset=ultrafast tune=zerolatency qp=28 key-int-max={gop} \
             option-string=pools=none:frame-threads=1:wpp=0:scenecut=0:open-gop=0:bframes={b_frames} !"
        ),
    }
}

fn sound(rate_hz: u32, samples: u32, rest: &str) -> String {
    format!(
        "audiotestsrc is-live=true wave=ticks samplesperbuffer={samples} \
         ! audio/x-raw,rate={rate_hz},channels=1 ! {rest}"
    )
}

fn configure(media: &RTSPMedia, program: &Arc<Program>) {
    let bin = media.element().downcast::<gst::Bin>().expect("a launch line makes a bin");
    let pictures = bin.by_name("pictures").expect("the launch line names its appsrc");
    let pictures = pictures.downcast::<AppSrc>().expect("it is an appsrc");
    prepare_source(&pictures, program);
    let payloader = bin.by_name("pay0").expect("the launch line names its payloader");
    let is_hevc = payloader.factory().is_some_and(|f| f.name() == "rtph265pay");
    let codec = if is_hevc { Codec::H265 } else { Codec::H264 };
    mischief::meddle(&payloader, codec, &program.mischief);

    let end = Arc::new(End::default());
    let feeder = (Arc::clone(program), Arc::clone(&end));
    let once = Once::new();
    let start = move |appsrc: &AppSrc, _bytes: u32| {
        once.call_once(|| feeder.0.feed(appsrc.clone(), Arc::clone(&feeder.1)));
    };
    pictures.set_callbacks(AppSrcCallbacks::builder().need_data(start).build());
    media.connect_unprepared(move |_| end.call());

    let program = Arc::clone(program);
    media.connect_prepared(move |media| {
        if let Some(pad) = session_exit(media, 0) {
            wire::stretch(&pad, codec, &program.mischief);
        }
        gate_sound(media, &program);
    });
}

/// What a media is fed with. `size` is that of numbered pictures.
pub(super) fn caps(source: &Source, size: Option<(u32, u32)>) -> gst::Caps {
    match source {
        &Source::Numbered { fps, width, height, .. } => {
            let (width, height) = size.unwrap_or((width, height));
            gst::Caps::builder("video/x-raw")
                .field("format", "I420")
                .field("width", width as i32)
                .field("height", height as i32)
                .field("framerate", gst::Fraction::new(fps as i32, 1))
                .build()
        }
        Source::Clip(clip) => clip.caps.clone(),
    }
}

fn prepare_source(appsrc: &AppSrc, program: &Program) {
    appsrc.set_caps(Some(&caps(&program.source, program.size())));
    appsrc.set_format(gst::Format::Time);
    appsrc.set_is_live(true);
    appsrc.set_do_timestamp(false);
    appsrc.set_block(false);
    appsrc.set_max_bytes(0);
    appsrc.set_max_buffers(QUEUED_PICTURES);
    appsrc.set_leaky_type(AppLeakyType::Downstream);
}

/// Lets sound through, or swallows it, behind the point where the server holds the first packet
/// back to describe the stream: sound that never comes is still announced.
fn gate_sound(media: &RTSPMedia, program: &Arc<Program>) {
    let Some(pad) = session_exit(media, 1) else { return };
    let program = Arc::clone(program);
    let began = Instant::now();
    let what = gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST;
    pad.add_probe(what, move |_, _| match program.is_silent(began.elapsed()) {
        true => gst::PadProbeReturn::Drop,
        false => gst::PadProbeReturn::Ok,
    });
}

/// Where the packets of a media's `n`th stream leave its RTP session.
fn session_exit(media: &RTSPMedia, n: u32) -> Option<gst::Pad> {
    let pipeline = media.element().parent().and_downcast::<gst::Bin>()?;
    let mut elements = pipeline.iterate_elements().into_iter().flatten();
    let rtpbin = elements.find(|e| e.factory().is_some_and(|f| f.name() == "rtpbin"))?;
    rtpbin.static_pad(&format!("send_rtp_src_{n}"))
}
