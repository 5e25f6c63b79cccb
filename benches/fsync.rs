//! Writes as the segment sink does and times `fdatasync`: for each camera a thread and a file, one
//! `writev` of 500 kB a second, and a sync after a write where the sink's own cadence says so, and
//! after the last write.

#[path = "../pipelines/src/sink/cadence.rs"]
mod cadence;

use std::{
    fs::{self, File},
    io::{self, IoSlice, Write},
    path::Path,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use cadence::Cadence;

const CAMERAS: [u32; 3] = [1, 8, 16];
const CADENCES_MS: [Option<u64>; 5] = [Some(500), Some(1000), Some(5000), Some(30_000), None];
const SECONDS: u32 = 20;
/// The second's pictures: a fragment's boxes, then its frames.
const PIECES: usize = 25;
const PIECE_BYTES: usize = 20_000;

/// What one camera did.
#[derive(Default)]
struct Cost {
    syncs: Vec<Duration>,
    longest_write: Duration,
    cpu: Duration,
}

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    println!(
        "| cameras | sync every | fdatasyncs | p50 ms | p95 ms | max ms | longest write ms | CPU-s |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for cameras in CAMERAS {
        for cadence in CADENCES_MS {
            let cost = together(folder, cameras, cadence.map(Duration::from_millis))?;
            print_row(cameras, cadence, cost);
        }
    }
    Ok(())
}

/// All cameras at once, their seconds spread as those of real ones are.
fn together(folder: &Path, cameras: u32, cadence: Option<Duration>) -> io::Result<Cost> {
    let start = Barrier::new(cameras as usize);
    let costs: Vec<io::Result<Cost>> = thread::scope(|scope| {
        let camera = |n: u32| {
            let (start, file) = (&start, folder.join(format!("{n}.mp4")));
            scope.spawn(move || {
                start.wait();
                thread::sleep(Duration::from_secs(1) * n / cameras);
                let cost = one(&file, cadence);
                fs::remove_file(&file)?;
                cost
            })
        };
        let threads: Vec<_> = (0..cameras).map(camera).collect();
        let lost = |_| Err(io::Error::other("a camera's thread panicked"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect()
    });
    let mut sum = Cost::default();
    for cost in costs {
        let cost = cost?;
        sum.syncs.extend(cost.syncs);
        sum.longest_write = sum.longest_write.max(cost.longest_write);
        sum.cpu += cost.cpu;
    }
    Ok(sum)
}

fn one(path: &Path, cadence: Option<Duration>) -> io::Result<Cost> {
    let bytes = vec![0xA5; PIECE_BYTES];
    let mut file = File::create(path)?;
    let (mut cost, mut syncs) = (Cost::default(), Cadence::from(Instant::now()));
    let begun = Instant::now();
    for second in 0..SECONDS {
        thread::sleep((begun + Duration::from_secs(second.into())) - Instant::now());
        let write = Instant::now();
        append(&mut file, &bytes)?;
        cost.longest_write = cost.longest_write.max(write.elapsed());
        // A file that is finished is synced whatever the cadence.
        let is_last = second == SECONDS - 1;
        if cadence.is_some_and(|every| syncs.beats(Instant::now(), every) || is_last) {
            let sync = Instant::now();
            file.sync_data()?;
            cost.syncs.push(sync.elapsed());
        }
    }
    // Nanoseconds on a processor, of this thread.
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    cost.cpu = Duration::from_nanos(nanos.ok_or_else(|| io::Error::other("no schedstat"))?);
    Ok(cost)
}

fn append(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut slices = [IoSlice::new(bytes); PIECES];
    let mut rest = &mut slices[..];
    while !rest.is_empty() {
        let written = file.write_vectored(rest)?;
        IoSlice::advance_slices(&mut rest, written);
    }
    Ok(())
}

fn print_row(cameras: u32, cadence: Option<u64>, mut cost: Cost) {
    cost.syncs.sort();
    let every = cadence.map_or("never".to_owned(), |ms| format!("{} s", ms as f64 / 1000.0));
    let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let share = |percent: usize| {
        let last = cost.syncs.len().saturating_sub(1);
        cost.syncs.get(last * percent / 100).map_or("–".to_owned(), |time| ms(*time))
    };
    let syncs = cost.syncs.len();
    let (p50, p95, max) = (share(50), share(95), share(100));
    let (write, cpu) = (ms(cost.longest_write), cost.cpu.as_secs_f64());
    println!("| {cameras} | {every} | {syncs} | {p50} | {p95} | {max} | {write} | {cpu:.3} |");
}
