//! Numbers and drawings of graphs, for the wire.

use ronin_core::{
    Source, Transport,
    status::{BranchStats, GraphDrawing, PacketStats, PipelineStats, SourceStats},
};
use ronin_proto::v1;

use super::time;

/// How the way of a camera's pictures does. `main` is for the words of faults.
pub(crate) fn stats(stats: PipelineStats, main: &Source) -> v1::GetPipelineStatsResponse {
    let PipelineStats { graph, reconnects } = stats;
    let last = reconnects.last.as_ref();
    let fault = last.and_then(|last| last.fault.as_ref()).map(|fault| v1::Fault {
        reason: fault.reason().to_owned(),
        message: fault.message(main),
        time: None,
    });
    let wire = v1::GetPipelineStatsResponse {
        reconnects: reconnects.count,
        last_reconnect_time: last.map(|last| time::to_wire(last.at)),
        last_reconnect_fault: fault,
        ..Default::default()
    };
    let Some(graph) = graph else { return wire };
    v1::GetPipelineStatsResponse {
        run_id: graph.run.to_string(),
        start_time: Some(time::to_wire(graph.started_at)),
        branches: graph.branches.iter().map(branch).collect(),
        source: Some(source(graph.source)),
        ..wire
    }
}

fn branch(stats: &BranchStats) -> v1::BranchStats {
    v1::BranchStats {
        branch: stats.branch.to_owned(),
        frames: stats.frames,
        bytes: stats.bytes,
        dropped_frames: stats.dropped_frames,
        last_frame_age_ms: stats.last_frame_age_ms,
        queued_ms: stats.queued_ms,
        queued_bytes: stats.queued_bytes,
        frames_per_second: stats.rate.map(|rate| rate.frames_per_second),
        bits_per_second: stats.rate.map(|rate| rate.bits_per_second),
        most_queued_ms: stats.most_queued.map(|most| most.ms),
        most_queued_bytes: stats.most_queued.map(|most| most.bytes),
    }
}

fn source(stats: SourceStats) -> v1::SourceStats {
    let SourceStats { transport, tls, packets } = stats;
    let transport = match transport {
        Transport::Tcp => v1::Transport::Tcp,
        Transport::Udp => v1::Transport::Udp,
    };
    let packets = packets.into_iter().map(|stream| {
        let PacketStats { media, received, lost, late, duplicates, average_jitter_ms } = stream;
        v1::PacketStats { media, received, lost, late, duplicates, average_jitter_ms }
    });
    v1::SourceStats { transport: transport.into(), tls, packets: packets.collect() }
}

/// A drawing of a graph; empty while there is none.
pub(crate) fn graph(drawing: Option<GraphDrawing>) -> v1::GetPipelineGraphResponse {
    let Some(GraphDrawing { run, dot, elements }) = drawing else {
        return v1::GetPipelineGraphResponse::default();
    };
    let elements = elements.into_iter().map(|element| v1::PipelineElement {
        branch: element.branch,
        name: element.name,
        factory: element.factory,
    });
    v1::GetPipelineGraphResponse { run_id: run.to_string(), dot, elements: elements.collect() }
}
