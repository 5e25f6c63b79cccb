//! An H.264 rendition of a live stream, for browsers that cannot play what the camera sends.
//!
//! It is a viewer like others: it takes fragments from one feed and gives fragments to another, and
//! where the machine is too slow for it, it goes on at the next key frame and nobody else notices.
//! Sound passes as it is, and so do times.
//!
//! Not here: when there is one (the engine), how pictures are encoded ([`coder`]).

mod coder;

use std::sync::Arc;

use ronin_core::live::{Feed, Fragment, Kind, Message, Reset, Viewing};
use tokio::task::spawn_blocking;

use self::coder::{Coder, Picture};
use crate::{error::Error, live_mp4};

/// Pictures that wait for the decoder: half a second of the fastest cameras. More, and the machine
/// is too slow.
const WAITING_MAX: u64 = 60;

/// Encodes what `input` gives for those who watch `output`, until the camera is gone. May be dropped
/// while it waits.
pub async fn run(mut input: Viewing, output: Arc<Feed>) -> Result<(), Error> {
    let _pause = Pause(output.clone());
    let mut reason = Reset::Reconnected;
    let mut coder: Option<Coder> = None;
    let mut lags = false;
    loop {
        let message = input.next().await;
        if let Some(error) = coder.as_ref().and_then(Coder::error) {
            return Err(error);
        }
        match message {
            None => return Ok(()),
            Some(Message::Reset(why)) => reason = why,
            Some(Message::Init(init, streams)) => {
                drop(coder.take());
                let feed = output.clone();
                // Drivers take their time.
                let start = move || Coder::start(&init, &streams, reason, feed);
                coder = Some(spawn_blocking(start).await.map_err(|_| Error::panicked())??);
                reason = Reset::ParametersChanged;
                lags = false;
            }
            Some(Message::Fragment(fragment)) => {
                let Some(coder) = &coder else { continue };
                lags = give(coder, fragment, lags)?;
            }
        }
    }
}

/// Gives a fragment to the coder; returns whether pictures are left out up to the next key frame.
fn give(coder: &Coder, fragment: Fragment, lags: bool) -> Result<bool, Error> {
    if fragment.kind == Kind::Sound {
        coder.pass(fragment);
        return Ok(lags);
    }
    let waits = coder.waiting() >= WAITING_MAX;
    if waits || lags && fragment.kind != Kind::KeyFrame {
        return Ok(true);
    }
    let Some(data) = live_mp4::sample_of(&fragment.data) else { return Ok(true) };
    coder.encode(Picture {
        data,
        media_time: fragment.media_time,
        wall: fragment.wall,
        key_frame: fragment.kind == Kind::KeyFrame,
    })?;
    Ok(false)
}

/// Who joins when the rendition is gone must not take its last picture for a live one.
struct Pause(Arc<Feed>);

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.pause();
    }
}
