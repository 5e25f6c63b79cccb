//! What is known of the streams that a camera sends.

/// One elementary stream.
#[derive(Clone, PartialEq, Debug)]
pub struct MediaStream {
    /// Codec in the field's words, for example `H.264 (High Profile)`.
    pub codec: String,
    /// RFC 6381 string, for example `avc1.64001f`; empty where it is not known.
    pub codec_string: String,
    /// Bits per second as measured; 0 where it is not known.
    pub bits_per_second: u64,
    /// What is particular to pictures or sound.
    pub media: StreamMedia,
}

/// Pictures or sound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StreamMedia {
    /// Pictures.
    Video {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Pictures per second as measured or announced; 0 where it is not known.
        frames_per_second: f64,
    },
    /// Sound.
    Audio {
        /// Samples per second.
        sample_rate_hz: u32,
        /// Channels.
        channels: u32,
    },
}
