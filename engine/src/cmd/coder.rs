//! `ronin coder`, which nobody types: does for the engine what may take the whole process with it.
//!
//! An encoder is a library that others wrote, some with a driver behind it. Here it may crash, and it
//! may take all of the processor at the lowest priority without slowing a camera. What is to be done
//! comes as one line of JSON; what happens goes out as lines of JSON. Where the engine is gone, so is
//! this.

use std::{
    io::{self, BufRead, Read, Write},
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use ronin_pipelines::transcode::{Failed, compare, encode, try_encoders};

use crate::jobs::coder::{Reply, Request};

/// Between two words on how far it is.
const SAY_EVERY: Duration = Duration::from_millis(200);
/// Of twenty, the lowest; and of the disk, only when nobody else wants it.
const NICENESS: i32 = 19;
const IO_PRIORITY_IDLE: libc::c_int = 3 << 13;

pub(super) fn run() -> ExitCode {
    stand_back();
    let mut line = String::new();
    let request = match io::stdin().lock().read_line(&mut line) {
        Ok(_) => serde_json::from_str::<Request>(&line),
        Err(_) => return ExitCode::FAILURE,
    };
    let Ok(request) = request else {
        eprintln!("ronin coder: this is for the engine, which says what to do");
        return ExitCode::FAILURE;
    };
    leave_with_the_engine();
    if let Err(e) = ronin_pipelines::init() {
        say(&Reply::EncoderFailed(ronin_core::chain(&e)));
        return ExitCode::SUCCESS;
    }
    say(&answer(&request));
    ExitCode::SUCCESS
}

fn answer(request: &Request) -> Reply {
    let order = match request {
        Request::Try(names) => return Reply::Tried(try_encoders(names.iter().map(String::as_str))),
        Request::Encode(order) => order,
    };
    let mut told = Instant::now();
    let mut progress = |frames: u64, is_checking: bool| {
        if told.elapsed() >= SAY_EVERY {
            told = Instant::now();
            say(&Reply::Progress { frames, is_checking });
        }
    };
    match encode(order, |frames| progress(frames, false)) {
        Ok(_) => {}
        Err(Failed::TooLarge) => return Reply::TooLarge,
        Err(Failed::Source(words)) => return Reply::Unreadable(words),
        Err(Failed::Encoder(words)) => return Reply::EncoderFailed(words),
        Err(Failed::Disk(e)) => return Reply::DiskFailed(e.to_string()),
    }
    match compare(&order.source, &order.target, |frames| progress(frames, true)) {
        Ok(compared) => Reply::Made(compared),
        Err(e) => Reply::EncoderFailed(format!(
            "what it made cannot be decoded: {}",
            ronin_core::chain(&e)
        )),
    }
}

fn say(reply: &Reply) {
    // Numbers and texts: it always fits JSON. Who does not listen any more is gone.
    let line = serde_json::to_string(reply).unwrap_or_default();
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Everything else comes first; threads inherit it.
#[expect(unsafe_code, reason = "no library of ours knows the priority of the disk")]
fn stand_back() {
    let _ = rustix::process::setpriority_process(None, NICENESS);
    // SAFETY: three numbers; 1 and 0 mean this thread.
    let _ = unsafe { libc::syscall(libc::SYS_ioprio_set, 1, 0, IO_PRIORITY_IDLE) };
}

/// Ends the process when its input does: then nobody waits for it.
fn leave_with_the_engine() {
    thread::spawn(|| {
        let mut rest = [0; 64];
        while io::stdin().lock().read(&mut rest).is_ok_and(|bytes| bytes > 0) {}
        std::process::exit(1);
    });
}
