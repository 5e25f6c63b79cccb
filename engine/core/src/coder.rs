//! Encoders and decoders of video, as people see them. Not here: which there are (the media crate).

/// An encoder or a decoder that a machine offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coder {
    /// Its name in GStreamer.
    pub name: String,
    /// What it codes: `H.264` or `H.265`.
    pub codec: &'static str,
    /// What does the work.
    pub runs_on: RunsOn,
    /// Whether the engine uses it today.
    pub is_used: bool,
    /// Whether it is the best of its codec on this machine.
    pub is_best: bool,
}

/// What an encoder or decoder runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunsOn {
    /// The processor.
    Software,
    /// A graphics card of NVIDIA.
    Nvidia,
    /// Graphics of Intel or AMD, through VA-API.
    VaApi,
    /// Graphics of Intel, through Quick Sync.
    QuickSync,
    /// A chip on the board, through Video4Linux.
    V4l2,
}

impl RunsOn {
    /// Whether it leaves the processor free.
    pub fn is_hardware(self) -> bool {
        self != Self::Software
    }
}
