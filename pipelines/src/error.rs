//! What can go wrong with GStreamer itself, as opposed to a camera ([`ronin_core::Fault`]).

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// GStreamer did not start.
    #[error("could not start GStreamer")]
    Init {
        /// Why.
        #[source]
        source: gst::glib::Error,
    },
    /// Elements are missing.
    #[error("GStreamer elements are missing: {missing}")]
    MissingElements {
        /// Which, and the Debian package of each.
        missing: String,
    },
    /// An element could not be made, linked or started.
    #[error("could not {doing}")]
    Element {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: gst::glib::BoolError,
    },
    /// A picture could not be decoded.
    #[error("could not decode a picture: {detail}")]
    Picture {
        /// What the decoder said.
        detail: String,
    },
}

impl Error {
    /// A thread that should have built something is gone.
    pub(crate) fn panicked() -> Self {
        Self::Picture { detail: "its thread panicked".into() }
    }

    /// Names what failed, for `map_err`.
    pub(crate) fn doing(doing: &'static str) -> impl FnOnce(gst::glib::BoolError) -> Self {
        move |source| Self::Element { doing, source }
    }
}
