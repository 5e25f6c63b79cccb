//! What the detector costs beside a bare run of its network, and what the other stages of a camera
//! cost. `benches/detect` runs this.
//!
//!     detect_speed [MODEL]        a TorchScript export; the test model unless told
//!
//! The pictures are those of the test clip. Each goes through [`Detector::detect_in`], and through
//! `CModule::forward` of the same file as a tensor that was made before, one after the other on one
//! thread, so that what disturbs one disturbs the other. CPU time of this thread.

use std::{
    error::Error,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use ronin_core::{DetectSettings, EventId, WallTime, frame::VideoFrame};
use ronin_vision::{
    chain::{Chain, ModelIdentity, Options as Stages},
    detector::{Detection, Detector, DeviceChoice, Options},
    geometry::{Rect, Size},
    motion::Luma,
    track::LEAST_SCORE,
};
use tch::{CModule, Device, Kind, Tensor};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Pictures of the clip, ten a second.
const CLIP: usize = 795;
const CLIP_SIZE: Size = Size { width: 768, height: 576 };
const FULL_HD: Size = Size { width: 1920, height: 1080 };
/// Every so many pictures of the clip, for the network.
const STEP: usize = 8;
/// How often the network sees each.
const ROUNDS: usize = 3;
/// The first runs of a script are optimised.
const WARM_UP_RUNS: usize = 3;
/// The fastest pass of the stages counts: the others were disturbed.
const PASSES: usize = 5;
/// A part of the picture in the manner of those that the gate asks for.
const PART: Rect = Rect { left: 0.25, top: 0.1, right: 0.85, bottom: 0.9 };

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = std::env::args_os()
        .nth(1)
        .map_or_else(|| here.join("tests/data/person-416.torchscript"), PathBuf::from);
    let folder = model.parent().ok_or("name a file")?;
    let name = model.file_name().and_then(|name| name.to_str()).ok_or("name a file")?;
    // What cameras use: the tracker takes what no event is made of.
    let options = Options::new(folder, name)?
        .with_device(DeviceChoice::Cpu)
        .with_score_threshold(LEAST_SCORE)?;
    let mut detector = Detector::load(options)?;
    let module = CModule::load(&model)?;

    let inputs = inputs(detector.info().input)?;
    println!("{name}, {}, {} pictures, {ROUNDS} rounds", detector.info().input, inputs.len());
    println!(
        "| pictures | bare forward: ms, median | mean | detect_in: ms, median | mean \
         | pictures per CPU-second | of bare, medians | means |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (size, region, what) in
        [(CLIP_SIZE, Rect::WHOLE, ""), (CLIP_SIZE, PART, ", a part"), (FULL_HD, Rect::WHOLE, "")]
    {
        let frames = frames(size, STEP)?;
        let (bare, ours) = compare(&mut detector, &module, &frames, &inputs, region)?;
        println!(
            "| {size}{what} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {:.3} | {:.3} |",
            1e3 * bare.median,
            1e3 * bare.mean,
            1e3 * ours.median,
            1e3 * ours.mean,
            1.0 / ours.median,
            bare.median / ours.median,
            bare.mean / ours.mean
        );
    }
    stages(&mut detector)
}

/// CPU seconds of a picture.
struct Cost {
    median: f64,
    mean: f64,
}

impl Cost {
    fn of(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self {
            median: seconds[seconds.len() / 2],
            mean: seconds.iter().sum::<f64>() / seconds.len() as f64,
        }
    }
}

/// What the bare network and the detector take for a picture.
fn compare(
    detector: &mut Detector,
    module: &CModule,
    frames: &[VideoFrame],
    inputs: &[Tensor],
    region: Rect,
) -> Result<(Cost, Cost)> {
    let _no_gradients = tch::no_grad_guard();
    for _ in 0..WARM_UP_RUNS {
        detector.detect_in(&frames[0], region)?;
        let _ = black_box(module.forward_ts(&[&inputs[0]])?);
    }
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (index, (frame, input)) in frames.iter().zip(inputs).enumerate() {
            let mut run_bare = || -> Result<()> {
                let before = cpu_seconds()?;
                // Objects of libtorch are let go before the clock stops, as the detector does.
                drop(black_box(module.forward_is(&[tch::IValue::Tensor(input.shallow_clone())])?));
                bare.push(cpu_seconds()? - before);
                Ok(())
            };
            // Who comes second finds the caches as the first has left them.
            let is_first = (round + index).is_multiple_of(2);
            if is_first {
                run_bare()?;
            }
            let before = cpu_seconds()?;
            black_box(detector.detect_in(frame, region)?);
            ours.push(cpu_seconds()? - before);
            if !is_first {
                run_bare()?;
            }
        }
    }
    Ok((Cost::of(bare), Cost::of(ours)))
}

/// Times what is done for each picture beside the network, five pictures a second.
fn stages(detector: &mut Detector) -> Result<()> {
    let pictures: Vec<(VideoFrame, Vec<u8>)> =
        frames(CLIP_SIZE, 2)?.into_iter().map(|frame| (frame.clone(), luma(&frame))).collect();
    let model = ModelIdentity::from(detector.info());
    let mut answers = Vec::new();
    watch(&pictures, Some(model.clone()), |frame, region| {
        answers.push(detector.detect_in(frame, region)?);
        Ok(answers.last().cloned().unwrap_or_default())
    })?;

    println!("\n| stages, {CLIP_SIZE}, {} pictures | microseconds a picture |", pictures.len());
    println!("|---|---|");
    let count = pictures.len() as f64;
    let fastest = |what: &str, model: Option<&ModelIdentity>| -> Result<()> {
        let mut seconds = f64::INFINITY;
        for _ in 0..PASSES {
            let before = cpu_seconds()?;
            let mut known = answers.iter();
            watch(&pictures, model.cloned(), |_, _| Ok(known.next().cloned().unwrap_or_default()))?;
            seconds = seconds.min(cpu_seconds()? - before);
        }
        println!("| {what} | {:.0} |", 1e6 * seconds / count);
        Ok(())
    };
    fastest("motion alone", None)?;
    fastest("motion, gate, tracker and events, without the detector", Some(&model))?;
    eprintln!("the detector was asked {} times", answers.len());
    Ok(())
}

fn watch(
    pictures: &[(VideoFrame, Vec<u8>)],
    model: Option<ModelIdentity>,
    mut detect: impl FnMut(&VideoFrame, Rect) -> Result<Vec<Detection>>,
) -> Result<()> {
    let mut number = 0;
    let mut chain = Chain::new(Stages {
        camera: "square".parse()?,
        settings: DetectSettings::with_motion(true),
        model,
        still: Vec::new(),
        ids: Box::new(move || {
            number += 1;
            let text = format!("00000000-0000-0000-0000-{number:012}");
            text.parse::<EventId>().expect("it is an id")
        }),
    });
    let (width, height) = (CLIP_SIZE.width as usize, CLIP_SIZE.height as usize);
    for (frame, luma) in pictures {
        let luma = Luma::new(luma, width, width, height).expect("the sizes are right");
        let wall = frame.time();
        let at = Duration::from_micros(wall.as_micros().try_into()?);
        let looked = black_box(chain.look(&luma, at, wall));
        let Some(ask) = looked.ask else { continue };
        let found = detect(frame, ask.regions[0])?;
        black_box(chain.judge(at, wall, &ask, looked.motion, &found, Duration::ZERO));
    }
    black_box(chain.end());
    Ok(())
}

fn luma(frame: &VideoFrame) -> Vec<u8> {
    let grey = |pixel: &[u8]| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        ((77 * red + 150 * green + 29 * blue) >> 8) as u8
    };
    (0..frame.height()).flat_map(|row| frame.row(row).chunks_exact(3).map(grey)).collect()
}

/// The same pictures as [`frames`] of every [`STEP`], as the network takes them.
fn inputs(size: Size) -> Result<Vec<Tensor>> {
    let Size { width, height } = size;
    let fit = format!(
        "scale={width}:{height}:force_original_aspect_ratio=decrease:flags=area,format=rgb24,\
         pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:color=0x727272"
    );
    let pixels = clip(&fit, STEP)?;
    let pictures = pixels.chunks_exact(3 * (width * height) as usize);
    let input = |bytes: &[u8]| {
        let rows = Tensor::from_slice(bytes).view([1, i64::from(height), i64::from(width), 3]);
        (rows.permute([0, 3, 1, 2]).to_kind(Kind::Float) / 255.0)
            .contiguous()
            .to_device(Device::Cpu)
    };
    Ok(pictures.map(input).collect())
}

/// Every `step`th picture of the clip at this size.
fn frames(size: Size, step: usize) -> Result<Vec<VideoFrame>> {
    let Size { width, height } = size;
    let pixels = Bytes::from(clip(&format!("scale={width}:{height}"), step)?);
    let len = 3 * (width * height) as usize;
    let frame = |index: usize| {
        let data = pixels.slice(index * len..(index + 1) * len);
        let time = WallTime::from_micros(100_000 * (step * index) as i64);
        Ok(VideoFrame::new(width, height, 3 * width as usize, data, time)?)
    };
    (0..CLIP.div_ceil(step)).map(frame).collect()
}

fn clip(filter: &str, step: usize) -> Result<Vec<u8>> {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/media");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(media.join("vtest-768x576-10fps.mp4"))
        .args(["-vf", &format!("select=not(mod(n\\,{step})),{filter}"), "-fps_mode", "passthrough"])
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() { Ok(output.stdout) } else { Err("ffmpeg failed".into()) }
}

/// Of this thread.
fn cpu_seconds() -> Result<f64> {
    // The kernel counts at its ticks, 4 ms apart, and when a thread gives up the core.
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split(' ').next().ok_or("no CPU time in schedstat")?.parse()?;
    Ok(nanoseconds as f64 / 1e9)
}
