//! An H.264 rendition of a live stream, for browsers that cannot play what the camera sends.
//!
//! It is a viewer like others: it takes fragments from one feed and gives fragments to another, and
//! where the machine is too slow for it, it goes on at the next key frame and nobody else notices.
//! Sound passes as it is, and so do times.
//!
//! Not here: when there is one (the engine), how pictures are encoded ([`coder`]).

mod coder;
pub mod piece;

use std::sync::Arc;

use ronin_core::live::{Feed, Kind, Message, Reset, Viewing};
use tokio::task::spawn_blocking;

use self::coder::{Coder, small};
use crate::error::Error;

/// Encodes what `input` gives for those who watch `output`, until the camera is gone. May be dropped
/// while it waits.
pub async fn run(mut input: Viewing, output: Arc<Feed>) -> Result<(), Error> {
    let _pause = Pause(output.clone());
    let mut reason = Reset::Reconnected;
    let mut coder: Option<Coder> = None;
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
            }
            Some(Message::Fragment(fragment)) => match &coder {
                Some(coder) if fragment.kind == Kind::Sound => coder.pass(fragment),
                Some(coder) => coder.encode(&fragment)?,
                None => {}
            },
        }
    }
}

/// Who joins when the rendition is gone must not take its last picture for a live one.
struct Pause(Arc<Feed>);

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.pause();
    }
}
