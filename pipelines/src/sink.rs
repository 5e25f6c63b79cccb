//! The element at the end of the record branch: writes one segment file and knows what is in it.
//!
//! splitmuxsink makes one for each file (`sink-factory`). Against the stock filesink it
//! - never writes over a file and never follows a link,
//! - writes whole fragments, so that what is on disk is playable at every moment,
//! - syncs to disk at a cadence and before it says that a file is finished,
//! - counts the pictures in the file from the boxes that pass.
//!
//! Not here: names and times ([`crate::branch::record`]), rows (the engine's recorder).

use std::{
    fs::{File, OpenOptions},
    io::{self, IoSlice, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use gst::{glib, prelude::*, subclass::prelude::*};
use gst_base::subclass::prelude::*;
use ronin_core::playback::FileIndex;

use crate::{
    boxes::{Scanner, Whole},
    error::Error,
};

/// Name under which splitmuxsink finds the element.
pub(crate) const FACTORY: &str = "roninsegmentsink";

/// `O_NOFOLLOW` of Linux: a link planted in the storage is not followed.
pub(crate) const O_NOFOLLOW: i32 = 0o400_000;

/// Buffers held before they are written although no fragment has ended: a guard against a muxer
/// that never ends one, at about 40 s of one picture a buffer.
const PENDING_MAX: usize = 1000;

/// A file that is closed and on disk.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) path: PathBuf,
    pub(crate) whole: Whole,
    pub(crate) index: FileIndex,
}

/// Who is told about files. Called from streaming threads.
pub(crate) trait Listener: Send + Sync {
    /// A file was opened; returns the box that says what it is, to stand behind `ftyp`.
    fn opened(&self, path: &Path) -> Vec<u8>;
    /// Bytes were written.
    fn wrote(&self, bytes: usize);
    /// The file is closed; `None` where it held no picture and was removed.
    fn closed(&self, finished: Option<Finished>);
}

glib::wrapper! {
    /// See the module.
    pub(crate) struct SegmentSink(ObjectSubclass<imp::SegmentSink>)
        @extends gst_base::BaseSink, gst::Element, gst::Object;
}

impl SegmentSink {
    /// Says who is told, and how often data is forced to disk. Before the element starts.
    pub(crate) fn configure(&self, listener: Arc<dyn Listener>, sync_every: Duration) {
        let mut settings = self.imp().settings();
        settings.listener = Some(listener);
        settings.sync_every = sync_every;
    }
}

/// Makes the element known to GStreamer.
pub(crate) fn register() -> Result<(), Error> {
    gst::Element::register(None, FACTORY, gst::Rank::NONE, SegmentSink::static_type())
        .map_err(Error::doing("register the segment sink"))
}

/// An open file and what has gone into it.
struct Output {
    path: PathBuf,
    file: File,
    /// Where the next buffer goes, as the muxer says.
    position: u64,
    /// End of what the muxer has sent.
    end: u64,
    /// Bytes of ours behind `ftyp`, which the muxer does not know of.
    shift: u64,
    pending: Vec<gst::MappedBuffer<gst::buffer::Readable>>,
    pending_bytes: usize,
    scanner: Scanner,
    /// What is whole in the file: what is left of it when a write fails.
    whole: Whole,
    /// A write failed; the file ends at what is whole.
    is_broken: bool,
    synced_at: Instant,
}

impl Output {
    fn open(path: &Path) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o640)
            .custom_flags(O_NOFOLLOW)
            .open(path)?;
        // Says to others that the file is being written. Where locks are not known, it is only
        // looked at a little early.
        let _ = file.try_lock();
        // The name is on disk from the start; only data can be missing after a power cut.
        File::open(folder)?.sync_all()?;
        Ok(Self {
            path: path.to_owned(),
            file,
            position: 0,
            end: 0,
            shift: 0,
            pending: Vec::new(),
            pending_bytes: 0,
            scanner: Scanner::default(),
            whole: Whole::default(),
            is_broken: false,
            synced_at: Instant::now(),
        })
    }

    /// Takes one buffer; returns the bytes that went to the file.
    fn take(&mut self, buffer: gst::MappedBuffer<gst::buffer::Readable>) -> io::Result<usize> {
        if self.is_broken {
            return Err(io::Error::other("an earlier write failed"));
        }
        let length = buffer.len() as u64;
        if self.position != self.end {
            // The muxer went back to complete the header.
            let flushed = self.flush()?;
            self.file.write_all_at(&buffer, self.position + self.shift)?;
            self.position += length;
            return Ok(flushed + buffer.len());
        }
        self.position += length;
        self.end += length;
        if self.scanner.is_between_boxes() && buffer.get(4..8) == Some(b"mfra") {
            // An index at the end, of positions that our box has moved. Nobody needs it.
            return Ok(0);
        }
        let fragment_ended = self.scanner.push(&buffer);
        self.pending_bytes += buffer.len();
        self.pending.push(buffer);
        if fragment_ended || self.pending.len() >= PENDING_MAX { self.flush() } else { Ok(0) }
    }

    /// Puts `identity` behind the first box where `buffer` begins the file with a whole `ftyp`.
    fn identify(&mut self, buffer: &[u8], identity: &[u8]) -> io::Result<Option<usize>> {
        let size = buffer.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
        if self.end != 0 || buffer.get(4..8) != Some(b"ftyp") || size > buffer.len() {
            return Ok(None);
        }
        let (first, rest) = buffer.split_at(size);
        self.file.write_all(&[first, identity, rest].concat())?;
        for bytes in [first, identity, rest] {
            self.scanner.push(bytes);
        }
        self.shift = identity.len() as u64;
        self.whole = self.scanner.whole();
        self.position = buffer.len() as u64;
        self.end = self.position;
        Ok(Some(buffer.len() + identity.len()))
    }

    /// Writes what is pending with as few calls as the kernel allows. Where that fails, the file is
    /// cut back to its last whole fragment and takes no more.
    fn flush(&mut self) -> io::Result<usize> {
        if self.is_broken {
            return Err(io::Error::other("an earlier write failed"));
        }
        let bytes = std::mem::take(&mut self.pending_bytes);
        let pending = std::mem::take(&mut self.pending);
        if let Err(error) = write_all(&mut self.file, &pending) {
            self.is_broken = true;
            self.file.set_len(self.whole.bytes)?;
            return Err(error);
        }
        self.whole = self.scanner.whole();
        Ok(bytes)
    }

    fn sync_if_due(&mut self, every: Duration) -> io::Result<()> {
        if self.synced_at.elapsed() >= every {
            self.file.sync_data()?;
            self.synced_at = Instant::now();
        }
        Ok(())
    }

    /// Brings everything to disk; `None` where there was no picture, and so no file is left.
    fn finish(mut self) -> io::Result<Option<Finished>> {
        if !self.is_broken {
            // A failure is told by what is left of the file.
            let _ = self.flush();
        }
        if self.whole.frames == 0 {
            std::fs::remove_file(&self.path)?;
            return Ok(None);
        }
        self.file.sync_all()?;
        let index = self.scanner.index(self.whole.bytes);
        Ok(Some(Finished { path: self.path, whole: self.whole, index }))
    }
}

/// Writes buffers one behind the other.
fn write_all(
    file: &mut File,
    buffers: &[gst::MappedBuffer<gst::buffer::Readable>],
) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = buffers.iter().map(|b| IoSlice::new(b)).collect();
    let mut left = slices.as_mut_slice();
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match file.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

mod imp {
    use std::sync::LazyLock;

    use super::{
        Arc, Duration, Listener, Mutex, MutexGuard, Output, PathBuf, PoisonError, glib, io,
    };
    // The traits of both preludes.
    use super::{BaseSinkImpl, BaseSinkImplExt};
    use gst::{prelude::*, subclass::prelude::*};

    pub(crate) struct Settings {
        pub(super) location: Option<PathBuf>,
        pub(super) listener: Option<Arc<dyn Listener>>,
        pub(super) sync_every: Duration,
    }

    #[derive(Default)]
    pub(crate) struct SegmentSink {
        settings: Mutex<Settings>,
        output: Mutex<Option<Output>>,
        /// What the file says it is, until it is written.
        identity: Mutex<Option<Vec<u8>>>,
    }

    impl Default for Settings {
        fn default() -> Self {
            Self { location: None, listener: None, sync_every: Duration::from_secs(5) }
        }
    }

    impl SegmentSink {
        pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
            self.settings.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn output(&self) -> MutexGuard<'_, Option<Output>> {
            self.output.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn identity(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
            self.identity.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn write(&self, buffer: &gst::Buffer) -> Result<(), gst::FlowError> {
            let mapped = buffer.clone().into_mapped_buffer_readable().map_err(|_| {
                gst::element_imp_error!(self, gst::ResourceError::Write, ["cannot read a buffer"]);
                gst::FlowError::Error
            })?;
            let (listener, sync_every) = {
                let settings = self.settings();
                (settings.listener.clone(), settings.sync_every)
            };
            let mut output = self.output();
            let Some(output) = output.as_mut() else { return Err(gst::FlowError::Flushing) };
            let identified = match self.identity().take() {
                Some(identity) => output.identify(&mapped, &identity),
                None => Ok(None),
            };
            let written = identified.and_then(|written| match written {
                Some(written) => Ok(written),
                None => output.take(mapped),
            });
            let result = written.and_then(|written| {
                if written > 0 {
                    output.sync_if_due(sync_every)?;
                }
                Ok(written)
            });
            match result {
                Ok(written) => {
                    if let Some(listener) = listener.filter(|_| written > 0) {
                        listener.wrote(written);
                    }
                    Ok(())
                }
                Err(error) => {
                    self.post("could not write to", &error);
                    Err(gst::FlowError::Error)
                }
            }
        }

        /// Brings the file to disk and tells the listener, once.
        fn finish(&self) {
            let Some(output) = self.output().take() else { return };
            let finished = output.finish().unwrap_or_else(|error| {
                self.post("could not finish", &error);
                None
            });
            if let Some(listener) = self.settings().listener.take() {
                listener.closed(finished);
            }
        }

        fn post(&self, what: &str, error: &io::Error) {
            let path = self.settings().location.clone().unwrap_or_default();
            let text = format!("{what} {}: {error}", path.display());
            if error.kind() == io::ErrorKind::StorageFull {
                gst::element_imp_error!(self, gst::ResourceError::NoSpaceLeft, ("{text}"));
            } else {
                gst::element_imp_error!(self, gst::ResourceError::Write, ("{text}"));
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SegmentSink {
        const NAME: &'static str = "RoninSegmentSink";
        type Type = super::SegmentSink;
        type ParentType = gst_base::BaseSink;
    }

    impl ObjectImpl for SegmentSink {
        fn properties() -> &'static [glib::ParamSpec] {
            static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(|| {
                vec![
                    glib::ParamSpecString::builder("location")
                        .nick("Location")
                        .blurb("File to write; it must not exist")
                        .build(),
                ]
            });
            PROPERTIES.as_ref()
        }

        fn set_property(&self, _id: usize, value: &glib::Value, _spec: &glib::ParamSpec) {
            // GObject has checked the type.
            self.settings().location = value.get::<Option<String>>().ok().flatten().map(Into::into);
        }

        fn property(&self, _id: usize, _spec: &glib::ParamSpec) -> glib::Value {
            let location = self.settings().location.as_ref().map(|p| p.display().to_string());
            location.to_value()
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().set_property("sync", false);
        }
    }

    impl GstObjectImpl for SegmentSink {}

    impl ElementImpl for SegmentSink {
        fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
            static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
                gst::subclass::ElementMetadata::new(
                    "RoninNVR segment sink",
                    "Sink/File",
                    "Writes one recorded segment in whole fragments",
                    "RoninNVR",
                )
            });
            Some(&METADATA)
        }

        fn pad_templates() -> &'static [gst::PadTemplate] {
            static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
                let caps = gst::Caps::new_any();
                gst::PadTemplate::new(
                    "sink",
                    gst::PadDirection::Sink,
                    gst::PadPresence::Always,
                    &caps,
                )
                .into_iter()
                .collect()
            });
            TEMPLATES.as_ref()
        }
    }

    impl BaseSinkImpl for SegmentSink {
        fn start(&self) -> Result<(), gst::ErrorMessage> {
            let (path, listener) = {
                let settings = self.settings();
                (settings.location.clone(), settings.listener.clone())
            };
            let path = path.ok_or_else(|| {
                gst::error_msg!(gst::ResourceError::NotFound, ["no location was set"])
            })?;
            let output = Output::open(&path).map_err(|error| {
                gst::error_msg!(
                    gst::ResourceError::OpenWrite,
                    ("could not create {}: {error}", path.display())
                )
            })?;
            *self.output() = Some(output);
            if let Some(listener) = listener {
                *self.identity() = Some(listener.opened(&path));
            }
            Ok(())
        }

        fn stop(&self) -> Result<(), gst::ErrorMessage> {
            self.finish();
            Ok(())
        }

        fn render(&self, buffer: &gst::Buffer) -> Result<gst::FlowSuccess, gst::FlowError> {
            self.write(buffer).map(|()| gst::FlowSuccess::Ok)
        }

        fn render_list(&self, list: &gst::BufferList) -> Result<gst::FlowSuccess, gst::FlowError> {
            for buffer in list.iter_owned() {
                self.write(&buffer)?;
            }
            Ok(gst::FlowSuccess::Ok)
        }

        fn event(&self, event: gst::Event) -> bool {
            match event.view() {
                gst::EventView::Segment(segment) => {
                    let bytes = segment.segment().downcast_ref::<gst::format::Bytes>();
                    if let Some((bytes, output)) = bytes.zip(self.output().as_mut()) {
                        output.position = bytes.start().map_or(0, |start| *start);
                    }
                }
                // The last file of a branch is not stopped before the whole branch is.
                gst::EventView::Eos(_) => self.finish(),
                _ => {}
            }
            self.parent_event(event)
        }

        fn query(&self, query: &mut gst::QueryRef) -> bool {
            if let gst::QueryViewMut::Seeking(seeking) = query.view_mut()
                && seeking.format() == gst::Format::Bytes
            {
                // mp4mux goes back once, to write the duration into the header.
                seeking.set(true, gst::format::Bytes::ZERO, gst::format::Bytes::NONE);
                return true;
            }
            BaseSinkImplExt::parent_query(self, query)
        }
    }
}
