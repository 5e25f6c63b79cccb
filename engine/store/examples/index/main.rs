//! How long the questions of pages take with an index of many segments; `benches/index` runs it.
//!
//! Not here: the rows ([`fill`]), motion ([`motion`]).

mod fill;
mod motion;

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use ronin_core::{
    Recorded, RunId, Segment, SegmentId, Span, WallTime,
    playback::{FileIndex, Piece},
};
use ronin_store::{MasterKey, ProtectedSpan, Store};
use ronin_testkit::postgres::Postgres;
use uuid::Uuid;

use fill::{CAMERAS, DAY_US, Dice, MINUTE_US, Plan, camera};

const SEGMENTS: u64 = 1_000_000;
const RUNS: usize = 100;
const PROTECTED: usize = 20;
const HOUR: Duration = Duration::from_secs(3600);
const RESOLUTION: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_postgres = words.iter().any(|word| word == "--postgres");
    let number = words.iter().find(|word| !word.starts_with("--"));
    let segments = number.map_or(Ok(SEGMENTS), |number| number.parse());
    let segments = segments.context("how many segments?")?;

    let folder = tempfile::tempdir()?;
    let url = match is_postgres {
        true => Postgres::shared().create_database()?,
        false => format!("sqlite://{}?mode=rwc", folder.path().join("ronin.db").display()),
    };
    let key = MasterKey::load_or_create(&folder.path().join("master.key"))?;
    let store = Store::connect(&url, key).await?;
    store.migrate().await?;
    let plan = Plan::of(segments);
    let filling = Instant::now();
    fill::fill(&url, &plan).await?;
    store.recount_footage().await?;
    println!("{}: {segments} segments in {:.0?}", store.backend(), filling.elapsed());
    println!("\n| question | p50 ms | p95 ms | max ms | answer |\n|---|---|---|---|---|");
    ask_of_time(&store, &plan).await?;
    motion::fill(&store, &plan).await?;
    motion::ask_of_motion(&store, &plan).await?;
    ask_of_all(&store, &plan).await
}

/// Asks a question [`RUNS`] times and prints how long that took and how much the last answer was.
async fn ask<T: Display>(what: &str, question: impl AsyncFn(usize) -> Result<T>) -> Result<()> {
    let (mut times, mut answer) = (Vec::with_capacity(RUNS), String::new());
    for run in 0..RUNS {
        let begun = Instant::now();
        let answered = question(run).await?;
        times.push(begun.elapsed());
        answer = answered.to_string();
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let [median, most, longest] = [50, 95, 100].map(|share| ms(times[(RUNS - 1) * share / 100]));
    println!("| {what} | {median:.1} | {most:.1} | {longest:.1} | {answer} |");
    Ok(())
}

/// Questions about a camera and a time.
async fn ask_of_time(store: &Store, plan: &Plan) -> Result<()> {
    let mut dice = Dice(7);
    // Every second place is of the camera that has the most.
    let mut place = |run: u64| {
        let of = dice.roll(CAMERAS).unsigned_abs() * (run % 2);
        (of, dice.roll(plan.days().saturating_sub(31).max(1)))
    };
    let places: Vec<(u64, i64)> = (0..RUNS as u64).map(&mut place).collect();
    let day = |n: i64| {
        let at = |day: i64| WallTime::from_micros(plan.start + day * DAY_US);
        Span::new(at(n), at(n + 1))
    };
    let days = |n: i64| (n..n + 31).map(day).collect::<Vec<Span>>();
    let now = WallTime::from_micros(plan.end());
    let timeline = async |of: u64, n: i64| {
        let timeline = store.timeline(&camera(of), day(n), &[], RESOLUTION, now).await?;
        anyhow::Ok(timeline.recorded.len())
    };
    let place = |run: usize| places[run];

    ask("a day's timeline of a camera", async |run| timeline(place(run).0, place(run).1).await)
        .await?;
    ask("a day's timelines of 16 cameras", async |run| {
        let mut spans = 0;
        for of in 0..CAMERAS {
            spans += timeline(of, place(run).1).await?;
        }
        Ok(spans)
    })
    .await?;
    ask("stretches of a month of a camera", async |run| {
        let (of, n) = place(run);
        let month = Span::new(day(n).start, day(n + 30).end);
        Ok(store.stretches(&camera(of), month).await?.len())
    })
    .await?;
    ask("coverage of a month's days of a camera", async |run| {
        let (of, n) = place(run);
        Ok(store.timelines(&camera(of), &days(n), &[], RESOLUTION, now).await?.len())
    })
    .await?;
    ask("segments of a day of a camera", async |run| {
        let (of, n) = place(run);
        Ok(store.segments_in(&camera(of), day(n), None, 2000).await?.len())
    })
    .await?;
    ask("what a day's playlist is made of", async |run| {
        let (of, n) = place(run);
        let segments = store.segments_in(&camera(of), day(n), None, 2000).await?;
        let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
        Ok(store.pieces_of(&ids).await?.values().map(|index| index.pieces.len()).sum::<usize>())
    })
    .await?;
    for (of, n) in places.iter().take(PROTECTED) {
        let span = day(*n);
        let noon = span.start + Duration::from_secs(12 * 3600);
        store.protect(&protection(*of, Span::new(noon, noon + HOUR))).await?;
    }
    ask("what is protected, of 20 spans", async |_| Ok(store.protected_totals().await?.segments))
        .await
}

fn protection(of: u64, span: Span) -> ProtectedSpan {
    ProtectedSpan {
        id: Uuid::now_v7(),
        camera: camera(of),
        span,
        note: String::new(),
        created_by: "bench".to_owned(),
        created_at: span.end,
    }
}

/// Questions about everything, and a row that comes.
async fn ask_of_all(store: &Store, plan: &Plan) -> Result<()> {
    let of = |run: usize| camera(run as u64 % CAMERAS);
    ask("what each camera takes", async |_| Ok(store.usage().await?.len())).await?;
    ask("cameras with footage", async |_| Ok(store.cameras_with_footage().await?.len())).await?;
    ask("oldest 100 unprotected of a camera", async |run| {
        Ok(store.oldest_unprotected(&of(run), 100).await?.len())
    })
    .await?;
    ask("newest of a camera", async |run| {
        Ok(usize::from(store.newest_segment(&of(run)).await?.is_some()))
    })
    .await?;
    ask("totals", async |_| Ok(store.recorded_totals().await?.segments)).await?;
    ask("index a segment", async |run| {
        store.index_segment(&next_file(plan, run)).await?;
        Ok(1)
    })
    .await
}

/// A file that ends the footage of a camera.
fn next_file(plan: &Plan, run: usize) -> Recorded {
    let id = SegmentId::generate();
    let start = plan.end() + run as i64 * MINUTE_US;
    let piece = |n: u64| Piece {
        offset: 1200 + n * 1_000_000,
        size_bytes: 1_000_000,
        start: Duration::from_secs(2 * n),
        duration: Duration::from_secs(2),
    };
    let segment = Segment {
        id,
        camera: camera(run as u64 % CAMERAS),
        run: RunId::generate(),
        sequence: 0,
        start: WallTime::from_micros(start),
        end: WallTime::from_micros(start + MINUTE_US),
        path: format!("new/{id}.mp4"),
        size_bytes: 30_001_200,
        frames: 1500,
        codecs: vec!["avc1.64001f".to_owned()],
        width: 1920,
        height: 1080,
    };
    let index = FileIndex { header_bytes: 1200, pieces: (0..30).map(piece).collect() };
    Recorded { segment, index }
}
