//! The camera's end of a graph. Behind a trait, so that another RTSP client can be tried without
//! touching the branches.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use gst::prelude::*;
use gst_rtsp::rtsp_message::RTSPMessage;
use ronin_core::{Fault, JitterBuffer, Source, Transport};

use crate::{
    elements::{make, set_if_there},
    error::Error,
    rtsp,
    stats::Flag,
};

/// How late a packet may be and still be believed when it says when it was made. Cameras that leave
/// packets out because the line is full, or name a wrong first one, are waited for as long.
const LATE_TCP_MS: u32 = 1000;
/// How long a gap between packets may stay open for one that was overtaken.
const LATE_UDP_MS: u32 = 200;

/// Who receives what a source brings. Called from streaming threads.
pub(crate) trait Inlet: Send + Sync + 'static {
    /// The camera announces an RTP stream; true where it is wanted.
    fn announced(&self, caps: &gst::StructureRef) -> bool;
    /// An RTP stream that was wanted begins at `pad`.
    fn arrived(&self, pad: &gst::Pad);
    /// The source will not go on, for this reason.
    fn refused(&self, fault: Fault);
}

/// Brings the elementary streams of a camera into a pipeline, as RTP.
pub(crate) trait StreamSource: Send + Sync {
    /// The element to put into the pipeline.
    fn element(&self) -> &gst::Element;
    /// Tells the camera that somebody is still there. Called every 20 s.
    fn keep_alive(&self);
}

/// GStreamer's rtspsrc.
pub(crate) struct RtspSrc {
    element: gst::Element,
    /// The answer to the last keep-alive.
    answer: Mutex<Option<gst::Promise>>,
}

impl RtspSrc {
    pub(crate) fn new(source: &Source, inlet: &Arc<impl Inlet>) -> Result<Self, Error> {
        let element = make("rtspsrc")?;
        element.set_property("location", source.url());
        if let Some(credentials) = &source.credentials {
            element.set_property("user-id", &credentials.username);
            element.set_property("user-pw", credentials.password.expose());
        }
        let protocols = match (source.transport, source.tls()) {
            (Transport::Tcp, false) => "tcp",
            (Transport::Tcp, true) => "tls",
            (Transport::Udp, _) => "udp",
        };
        element.set_property_from_str("protocols", protocols);
        // Packets that come in order are held back by neither. Over TCP nothing has to make way for
        // what is late: packets that wait because this machine is busy are not dropped, and, up to
        // this latency, keep their own times instead of that of their arrival.
        let (usual, is_lossy) = match source.transport {
            Transport::Tcp => (LATE_TCP_MS, false),
            Transport::Udp => (LATE_UDP_MS, true),
        };
        element.set_property("latency", source.jitter_buffer.map_or(usual, JitterBuffer::as_ms));
        element.set_property("drop-on-latency", is_lossy);
        if !is_lossy {
            start_fast(&element);
        }
        element.set_property("tcp-timeout", 10_000_000_u64);
        element.set_property("timeout", 5_000_000_u64);
        element.set_property("teardown-timeout", 500 * gst::ClockTime::MSECOND.nseconds());
        element.set_property("do-retransmission", false);
        element.set_property("udp-reconnect", false);
        element.set_property("udp-buffer-size", 2_097_152_i32);
        element.set_property("user-agent", concat!("RoninNVR/", env!("CARGO_PKG_VERSION")));
        set_if_there(&element, "add-reference-timestamp-meta", true);

        let weak = Arc::downgrade(inlet);
        element.connect("select-stream", false, move |values| {
            let caps = values[2].get::<gst::Caps>().ok();
            let wanted = with(&weak, |inlet| {
                caps.as_ref().and_then(|c| c.structure(0)).is_some_and(|s| inlet.announced(s))
            });
            Some(wanted.unwrap_or(false).to_value())
        });
        let weak = Arc::downgrade(inlet);
        element.connect_pad_added(move |_, pad| {
            with(&weak, |inlet| inlet.arrived(pad));
        });
        guard_requests(&element, source, inlet);
        Ok(Self { element, answer: Mutex::default() })
    }
}

impl StreamSource for RtspSrc {
    fn element(&self) -> &gst::Element {
        &self.element
    }

    fn keep_alive(&self) {
        // rtspsrc before 1.26.7 sends no keep-alive over TCP. Any answer will do.
        let promise = gst::Promise::new();
        self.element.emit_by_name::<bool>("get-parameter", &[&"", &None::<&str>, &promise]);
        self.expect(Some(promise));
    }
}

impl RtspSrc {
    /// Waits no longer for the last answer, and from now on for `promise`.
    fn expect(&self, promise: Option<gst::Promise>) {
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = std::mem::replace(&mut *answer, promise) {
            last.expire();
        }
    }
}

impl Drop for RtspSrc {
    fn drop(&mut self) {
        // A promise that is dropped while it is pending is a programming error to GStreamer.
        self.expect(None);
    }
}

/// Where a camera does not say with which packet it begins, a jitter buffer would hold the first
/// one back for the whole latency.
fn start_fast(element: &gst::Element) {
    element.connect("new-manager", false, |values| {
        let manager = values[1].get::<gst::Element>().ok()?;
        manager.connect("new-jitterbuffer", false, |values| {
            let buffer = values[1].get::<gst::Element>().ok()?;
            set_if_there(&buffer, "faststart-min-packets", 1_u32);
            None
        });
        None
    });
}

/// Lets no request out to another place than the one the person named. rtspsrc itself would follow
/// a redirect anywhere.
///
/// Only OPTIONS and DESCRIBE before the first SETUP open a connection to where they are sent. Later
/// requests stay on it, whatever host the camera writes into its answers: one behind a router
/// names its inner address.
fn guard_requests(element: &gst::Element, source: &Source, inlet: &Arc<impl Inlet>) {
    let weak = Arc::downgrade(inlet);
    let host = source.host().to_owned();
    let port = source.port();
    let set_up = Flag::default();
    element.connect("before-send", false, move |values| {
        let message = values[1].get::<RTSPMessage>().ok();
        let request = message.as_ref().and_then(rtsp::request);
        let elsewhere = request.is_some_and(|request| {
            if request.method == rtsp::Method::Setup {
                set_up.raise();
            }
            let opens = request.method == rtsp::Method::Describe && !set_up.is_up();
            opens && !rtsp::is_at(&request.uri, &host, port)
        });
        if elsewhere {
            with(&weak, |inlet| inlet.refused(Fault::Redirected));
        }
        Some((!elsewhere).to_value())
    });
}

/// Calls `f` while the graph lives. A panic must not unwind into C: it is turned into a fault.
fn with<I: Inlet, R>(inlet: &Weak<I>, f: impl FnOnce(&I) -> R) -> Option<R> {
    let inlet = inlet.upgrade()?;
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&inlet))) {
        Ok(value) => Some(value),
        Err(_) => {
            inlet.refused(Fault::Internal { detail: "a callback panicked".into() });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Deaf;

    impl Inlet for Deaf {
        fn announced(&self, _: &gst::StructureRef) -> bool {
            false
        }

        fn arrived(&self, _: &gst::Pad) {}

        fn refused(&self, _: Fault) {}
    }

    #[test]
    fn a_jitter_buffer_is_what_fits_the_transport_unless_it_is_set() {
        crate::init().unwrap();
        let set = JitterBuffer::from_ms(450).unwrap();
        for (transport, jitter_buffer, want) in [
            (Transport::Tcp, None, 1000),
            (Transport::Udp, None, 200),
            (Transport::Tcp, Some(set), 450),
            (Transport::Udp, Some(set), 450),
        ] {
            let mut source = Source::parse_url("rtsp://127.0.0.1/").unwrap();
            (source.transport, source.jitter_buffer) = (transport, jitter_buffer);
            let source = RtspSrc::new(&source, &Arc::new(Deaf)).unwrap();
            assert_eq!(source.element().property::<u32>("latency"), want, "{transport:?}");
        }
    }
}
