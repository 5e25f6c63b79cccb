//! The element at the end of the record branch: writes one segment file and knows what is in it.
//!
//! Against the stock filesink it
//! - never writes over a file and never follows a link ([`disk`]),
//! - makes the file when its first bytes come, on the branch's own thread,
//! - writes whole fragments, so that what is on disk is playable at every moment ([`output`]),
//! - syncs to disk at a cadence and before it says that a file is finished,
//! - knows from the boxes that pass which pictures are in the file, and where.
//!
//! Not here: names and times ([`crate::branch::record`]), rows (the engine's recorder).

mod cadence;
pub(crate) mod disk;
pub(crate) mod output;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gst::{glib, subclass::prelude::*};
use gst_base::subclass::prelude::*;

use self::{
    disk::{Disk, Medium},
    output::{Ending, Finished, Output},
};
use crate::boxes::Whole;

type Mapped = gst::MappedBuffer<gst::buffer::Readable>;

/// A file that was made for a sink.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) medium: Box<dyn Medium>,
    /// The box that says what the file is, to stand behind `ftyp`.
    pub(crate) identity: Vec<u8>,
}

/// Who makes the file and is told of it. Called from streaming threads.
pub(crate) trait Listener: Send + Sync {
    /// Makes the file.
    fn open(&self) -> io::Result<Opened>;
    /// Bytes were written; so much of the file is whole now.
    fn wrote(&self, bytes: usize, whole: Whole);
    /// The file is about to be finished; returns a box to stand at its end.
    fn last_words(&self, whole: Whole) -> Vec<u8>;
    /// The disk refuses.
    fn failed(&self, error: &io::Error);
    /// The file is closed, once; `None` where there is none.
    fn closed(&self, finished: Option<Finished>);
}

glib::wrapper! {
    /// See the module.
    pub(crate) struct SegmentSink(ObjectSubclass<imp::SegmentSink>)
        @extends gst_base::BaseSink, gst::Element, gst::Object;
}

impl SegmentSink {
    /// A sink for one file, whose data is forced to disk every `sync_every`.
    pub(crate) fn new(
        listener: Arc<dyn Listener>,
        disk: Arc<dyn Disk>,
        sync_every: Duration,
    ) -> Self {
        let sink: Self = glib::Object::new();
        sink.imp().set_up(imp::Settings { listener, disk, sync_every });
        sink
    }
}

mod imp {
    use std::sync::LazyLock;

    use super::{
        Arc, Disk, Duration, Ending, Listener, Mapped, Mutex, MutexGuard, Output, PoisonError,
        glib, io,
    };
    // The traits of both preludes.
    use super::{BaseSinkImpl, BaseSinkImplExt};
    use gst::{prelude::*, subclass::prelude::*};

    #[derive(Clone)]
    pub(crate) struct Settings {
        pub(super) listener: Arc<dyn Listener>,
        pub(super) disk: Arc<dyn Disk>,
        pub(super) sync_every: Duration,
    }

    /// The file of a sink.
    #[derive(Default)]
    enum Life {
        /// No byte has come.
        #[default]
        New,
        Open(Box<Output<Mapped>>),
        /// Nothing is written any more.
        Over,
    }

    #[derive(Default)]
    pub(crate) struct SegmentSink {
        settings: Mutex<Option<Settings>>,
        life: Mutex<Life>,
    }

    impl SegmentSink {
        pub(super) fn set_up(&self, settings: Settings) {
            *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
        }

        fn settings(&self) -> Option<Settings> {
            self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }

        fn life(&self) -> MutexGuard<'_, Life> {
            self.life.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn write(&self, buffer: &gst::Buffer) -> Result<(), gst::FlowError> {
            let mapped = buffer.clone().into_mapped_buffer_readable();
            let (Some(settings), Ok(mapped)) = (self.settings(), mapped) else {
                gst::element_imp_error!(self, gst::ResourceError::Write, ["cannot read a buffer"]);
                return Err(gst::FlowError::Error);
            };
            let written = put(&mut self.life(), mapped, &settings);
            match written {
                Ok(true) => Ok(()),
                Ok(false) => Err(gst::FlowError::Flushing),
                Err(error) => {
                    self.complain(&settings, "could not write footage", &error);
                    // What there is of the file is announced now, not when the branch goes.
                    self.finish();
                    Err(gst::FlowError::Error)
                }
            }
        }

        /// Brings the file to disk and tells the listener, once.
        fn finish(&self) {
            let life = std::mem::replace(&mut *self.life(), Life::Over);
            let Some(settings) = self.settings() else { return };
            let finished = match life {
                Life::Over => return,
                Life::New => None,
                Life::Open(output) => {
                    let Ending { finished, error } =
                        output.finish(&*settings.disk, |whole| settings.listener.last_words(whole));
                    if let Some(error) = error {
                        self.complain(&settings, "could not finish a file of footage", &error);
                    }
                    finished
                }
            };
            settings.listener.closed(finished);
        }

        fn complain(&self, settings: &Settings, what: &str, error: &io::Error) {
            settings.listener.failed(error);
            gst::element_imp_error!(self, gst::ResourceError::Write, ("{what}: {error}"));
        }
    }

    /// Puts a buffer into the file, which is made for the first one. False where it is over.
    fn put(life: &mut Life, buffer: Mapped, settings: &Settings) -> io::Result<bool> {
        let Settings { listener, sync_every, .. } = settings;
        let (output, taken) = match life {
            Life::Over => return Ok(false),
            Life::Open(output) => {
                let taken = output.take(buffer)?;
                (output, taken)
            }
            Life::New => {
                let opened = listener.open()?;
                *life = Life::Open(Box::new(Output::new(opened.path, opened.medium)));
                let Life::Open(output) = life else { return Ok(false) };
                let taken = output.begin(buffer, &opened.identity)?;
                (output, taken)
            }
        };
        if taken.written > 0 {
            output.sync_if_due(*sync_every)?;
            listener.wrote(taken.written, output.whole());
        }
        Ok(true)
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SegmentSink {
        const NAME: &'static str = "RoninSegmentSink";
        type Type = super::SegmentSink;
        type ParentType = gst_base::BaseSink;
    }

    impl ObjectImpl for SegmentSink {
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
                    let start = bytes.and_then(|bytes| bytes.start()).map_or(0, |start| *start);
                    if let Life::Open(output) = &mut *self.life() {
                        output.seek(start);
                    }
                }
                // The file is whole; the branch may take a while to be stopped.
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
