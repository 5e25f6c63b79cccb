//! What people are shown of a graph: its numbers and a drawing of it.
//!
//! Asked for by anybody at any time, so nothing here waits for a streaming thread for longer than
//! one of its locks, and nothing shows a setting of an element: the address of the camera and its
//! password are settings too.

use std::{
    collections::BTreeMap,
    sync::PoisonError,
    time::{Duration, Instant},
};

use gst::prelude::*;
use ronin_core::status::{
    BranchStats, GraphDrawing, GraphElement, GraphStats, PacketStats, Rate, SourceStats,
};

use super::state::Shared;
use crate::{source::StreamSource, stats::Meter};

/// What is drawn: kinds of media at the links, and states. No settings, and no more of the caps
/// than their kind: what a camera says of itself may be in them.
const DETAILS: gst::DebugGraphDetails =
    gst::DebugGraphDetails::MEDIA_TYPE.union(gst::DebugGraphDetails::STATES);
/// The branch of what is in none.
const SOURCE: &str = "source";

/// How fast the counters of a graph grow.
pub(super) struct Meters {
    source: Meter,
    record: Meter,
    live: Meter,
}

impl Meters {
    pub(super) fn new(now: Instant) -> Self {
        let meter = || Meter::new(now);
        Self { source: meter(), record: meter(), live: meter() }
    }
}

impl Shared {
    /// Reads the counters; to be called a few times a second.
    pub(super) fn measure(&self) {
        let now = Instant::now();
        self.with_meters(|meters| {
            meters.source.read(&self.video, now);
            meters.live.read(&self.live_entered, now);
            if let Some(recording) = &self.recording {
                meters.record.read(&recording.entered, now);
            }
        });
    }

    /// What comes from the camera each second; `None` until it is measured.
    pub(super) fn rate(&self) -> Option<Rate> {
        self.with_meters(|meters| meters.source.rate())
    }

    fn with_meters<R>(&self, f: impl FnOnce(&mut Meters) -> R) -> R {
        f(&mut self.meters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counters of the source and each branch.
    pub(super) fn stats(&self) -> GraphStats {
        let rates = self.with_meters(|m| [&m.source, &m.record, &m.live].map(Meter::rate));
        let [of_source, of_record, of_live] = rates;
        let source = BranchStats {
            branch: SOURCE,
            frames: self.video.frames(),
            bytes: self.video.bytes(),
            dropped_frames: self.video.dropped(),
            last_frame_age_ms: self.video.age().map_or(0, milliseconds),
            rate: of_source,
            ..BranchStats::default()
        };
        let (record, live) = {
            let state = self.state();
            let record = state.record.as_ref().map(|b| b.trunk.stats());
            (record, state.live.as_ref().map(|b| b.trunk.stats()))
        };
        let record = record.map(|stats| BranchStats { rate: of_record, ..stats });
        let live = live.map(|stats| BranchStats { rate: of_live, ..stats });
        let branches = std::iter::once(source).chain(record).chain(live).collect();
        let packets = self.source.get().map(|source| packets(source.as_ref())).unwrap_or_default();
        let (transport, tls) = (self.spec.source.transport, self.spec.source.tls());
        let source = SourceStats { transport, tls, packets };
        GraphStats { run: self.spec.run, started_at: self.born_at, source, branches }
    }

    /// The graph as it is now.
    pub(super) fn drawing(&self) -> GraphDrawing {
        let dot = self.pipeline.debug_to_dot_data(DETAILS);
        let mut elements = Vec::new();
        for element in in_order(self.pipeline.upcast_ref()) {
            match element.downcast_ref::<gst::Bin>().filter(|_| factory(&element) == "bin") {
                Some(bin) => list(bin, &branch_of(bin), &mut elements),
                None => list_one(&element, SOURCE, &mut elements),
            }
        }
        GraphDrawing { run: self.spec.run, dot: without_addresses(&dot), elements }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What the jitter buffers of a source know, video first.
fn packets(source: &dyn StreamSource) -> Vec<PacketStats> {
    let Some(bin) = source.element().downcast_ref::<gst::Bin>() else { return Vec::new() };
    let mut found = Vec::new();
    let mut buffers = bin.iterate_all_by_element_factory_name("rtpjitterbuffer");
    loop {
        match buffers.next() {
            Ok(Some(buffer)) => found.extend(packets_of(&buffer)),
            Ok(None) | Err(gst::IteratorError::Error) => break,
            // A stream came or went in between.
            Err(gst::IteratorError::Resync) => {
                found.clear();
                buffers.resync();
            }
        }
    }
    found.sort_by(|a, b| b.media.cmp(&a.media));
    found
}

fn packets_of(buffer: &gst::Element) -> Option<PacketStats> {
    buffer.find_property("stats")?;
    let stats = buffer.property::<Option<gst::Structure>>("stats")?;
    let count = |name| stats.get::<u64>(name).unwrap_or_default();
    let caps = buffer.static_pad("sink").and_then(|pad| pad.current_caps());
    let media = caps.as_ref().and_then(|caps| caps.structure(0)?.get::<String>("media").ok());
    let (late, duplicates) = (count("num-late"), count("num-duplicates"));
    Some(PacketStats {
        media: media.unwrap_or_default(),
        received: count("num-pushed") + late + duplicates,
        lost: count("num-lost"),
        late,
        duplicates,
        // It is in nanoseconds.
        average_jitter_ms: count("avg-jitter") as f64 / 1e6,
    })
}

/// The branch that a bin is, by its name; see [`crate::branch::Trunk`].
fn branch_of(bin: &gst::Bin) -> String {
    let name = bin.name();
    name.split_once('-').map_or(name.as_str(), |(branch, _)| branch).to_owned()
}

/// Lists what is in `bin`.
fn list(bin: &gst::Bin, branch: &str, elements: &mut Vec<GraphElement>) {
    for element in in_order(bin) {
        list_one(&element, branch, elements);
    }
}

/// Lists an element and, where it is a bin, what is in it.
fn list_one(element: &gst::Element, branch: &str, elements: &mut Vec<GraphElement>) {
    let (branch_name, name) = (branch.to_owned(), element.name().to_string());
    elements.push(GraphElement { branch: branch_name, name, factory: factory(element) });
    if let Some(bin) = element.downcast_ref::<gst::Bin>() {
        list(bin, branch, elements);
    }
}

/// Empty for an element that no factory made, such as our own sink.
fn factory(element: &gst::Element) -> String {
    element.factory().map(|factory| factory.name().to_string()).unwrap_or_default()
}

/// What is in a bin, from its entrance to its end.
fn in_order(bin: &gst::Bin) -> Vec<gst::Element> {
    let mut sorted = bin.iterate_sorted();
    let mut elements = Vec::new();
    loop {
        match sorted.next() {
            Ok(Some(element)) => elements.push(element),
            Ok(None) | Err(gst::IteratorError::Error) => break,
            Err(gst::IteratorError::Resync) => {
                elements.clear();
                sorted.resync();
            }
        }
    }
    elements.reverse();
    elements
}

/// A drawing whose nodes are told apart by counting. GStreamer does it by where they lie in memory,
/// which is nobody's business, and another for each connection.
fn without_addresses(dot: &str) -> String {
    let mut numbers = BTreeMap::new();
    let mut parts = dot.split("_0x");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(part.len());
        let (address, rest) = part.split_at(end);
        let next = numbers.len();
        let number = *numbers.entry(address.to_owned()).or_insert(next);
        clean.push_str(&format!("_{number}{rest}"));
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_told_apart_without_where_they_lie_in_memory() {
        let dot = "a_0x55fe_src_0x7f01 -> b_0x55ff_sink_0x7f02; a_0x55fe_src_0x7f01 [x=\"0\"]";

        let clean = without_addresses(dot);

        assert_eq!(clean, "a_0_src_1 -> b_2_sink_3; a_0_src_1 [x=\"0\"]");
        assert_eq!(without_addresses("digraph {}"), "digraph {}");
    }
}
