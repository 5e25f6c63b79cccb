/** The numbers of a camera's pipeline in words: what each is called, what it means, how it is written. */
import type {
  BranchStats,
  GetPipelineStatsResponse,
  PacketStats,
  PipelineElement,
} from "../gen/ronin/v1/system_pb";
import { transportWords } from "./cameraWords";
import { dateTime, duration, timestampMs } from "./time";
import { bitsPerSecond, bytes, count } from "./units";

/** One number, for each of some things. */
export interface Measure<T> {
  label: string;
  /** What it is, and what to think of it. */
  meaning: string;
  value: (of: T) => string;
}

const UNKNOWN = "–";

const BRANCH_NAMES: Readonly<Record<string, string>> = {
  source: "Camera",
  record: "Disk",
  live: "Viewers",
  analysis: "Motion",
};

/** "Camera", "Disk", "Viewers", "Motion" */
export function branchName(branch: string): string {
  return BRANCH_NAMES[branch] ?? branch;
}

export const BRANCH_MEASURES: readonly Measure<BranchStats>[] = [
  {
    label: "Frame rate",
    meaning: "Pictures that went in each second, over the last four.",
    value: ({ framesPerSecond }) => fpsWords(framesPerSecond),
  },
  {
    label: "Bit rate",
    meaning: "Data that went in each second, over the last four.",
    value: ({ bitsPerSecond }) => rateWords(bitsPerSecond),
  },
  {
    label: "Pictures",
    meaning: "Pictures that went in since the camera connected.",
    value: ({ frames }) => count(frames),
  },
  {
    label: "Data",
    meaning: "What those pictures took.",
    // Decoded pictures are not counted by their bytes.
    value: (branch) => (branch.branch === "analysis" ? UNKNOWN : bytes(branch.bytes)),
  },
  {
    label: "Dropped",
    meaning: "Pictures left out because the queue was full: disk or server are too slow.",
    value: ({ droppedFrames }) => count(droppedFrames),
  },
  {
    label: "Waiting",
    meaning: "Video in the queue at this moment.",
    value: ({ mostQueuedMs, queuedMs }) =>
      mostQueuedMs === undefined ? UNKNOWN : `${count(queuedMs)} ms`,
  },
  {
    label: "Most waiting",
    meaning:
      "The fullest that the queue was since the camera connected. 10 s for the disk is full.",
    value: ({ mostQueuedMs }) =>
      mostQueuedMs === undefined ? UNKNOWN : `${count(mostQueuedMs)} ms`,
  },
  {
    label: "Most data waiting",
    meaning: "The same in bytes. 32 MiB for the disk are full too.",
    value: ({ mostQueuedBytes }) =>
      mostQueuedBytes === undefined ? UNKNOWN : bytes(mostQueuedBytes),
  },
  {
    label: "Last picture",
    meaning: "How long ago it came. After 5 s without one the camera is connected again.",
    value: ({ frames, lastFrameAgeMs }) =>
      frames === 0n ? UNKNOWN : `${duration(Number(lastFrameAgeMs))} ago`,
  },
];

/** "video" and "audio" as people call them. */
export function mediaName(media: string): string {
  return media === "video" ? "Video" : media === "audio" ? "Sound" : "Stream";
}

export const PACKET_MEASURES: readonly Measure<PacketStats>[] = [
  {
    label: "Packets",
    meaning: "RTP packets that arrived since the camera connected.",
    value: ({ received }) => count(received),
  },
  {
    label: "Lost",
    meaning:
      "Packets that were not there in time: pictures are damaged. TCP loses none on the way.",
    value: ({ lost }) => count(lost),
  },
  {
    label: "Late",
    meaning: "Packets that came when they were not waited for any more.",
    value: ({ late }) => count(late),
  },
  {
    label: "Twice",
    meaning: "Packets that were there already. They do no harm.",
    value: ({ duplicates }) => count(duplicates),
  },
  {
    label: "Jitter",
    meaning: "How unevenly packets arrive, on average. A busy network makes it grow.",
    value: ({ averageJitterMs }) => `${decimal(averageJitterMs)} ms`,
  },
];

/** The connection itself. `now` is the time of the answer. */
export const CONNECTION_MEASURES: readonly Measure<GetPipelineStatsResponse>[] = [
  {
    label: "Transport",
    meaning: "What carries the packets. It is chosen in the camera's settings.",
    value: ({ source }) =>
      source === undefined
        ? UNKNOWN
        : `${transportWords(source.transport)}${source.tls ? ", encrypted" : ""}`,
  },
  {
    label: "Connected since",
    meaning: "When this connection was begun. Numbers on this page count from here.",
    value: ({ startTime }) => timeWords(timestampMs(startTime)),
  },
  {
    label: "Connected again",
    meaning:
      "How often pictures came again after a connection had ended, since the server started.",
    value: ({ reconnects }) => count(reconnects),
  },
  {
    label: "Last time",
    meaning: "When pictures last came again, and what had ended the connection before.",
    value: (stats) => reconnectWords(stats),
  },
];

function reconnectWords({ lastReconnectTime, lastReconnectFault }: GetPipelineStatsResponse) {
  const at = timestampMs(lastReconnectTime);
  if (at === undefined) {
    return UNKNOWN;
  }
  const cause = lastReconnectFault?.message ?? "it was restarted, or its settings were changed";
  return `${dateTime(at)}: ${cause}`;
}

function timeWords(ms: number | undefined): string {
  return ms === undefined ? UNKNOWN : dateTime(ms);
}

/** A camera in the table of all. */
export interface CameraNumbers {
  frameRate: string;
  bitRate: string;
  dropped: string;
  waiting: string;
  /** Some pictures were dropped. */
  isLossy: boolean;
}

/** The numbers of one camera; undefined while they are not known. */
export function cameraNumbers(stats: GetPipelineStatsResponse | undefined): CameraNumbers {
  const branches = stats?.branches ?? [];
  const source = branches.find(({ branch }) => branch === "source");
  const dropped = branches.reduce((sum, { droppedFrames }) => sum + droppedFrames, 0n);
  const queues = branches.filter(({ mostQueuedMs }) => mostQueuedMs !== undefined);
  const waiting = largest(queues.map(({ queuedMs }) => queuedMs));
  const most = largest(queues.map(({ mostQueuedMs = 0n }) => mostQueuedMs));
  return {
    frameRate: fpsWords(source?.framesPerSecond),
    bitRate: rateWords(source?.bitsPerSecond),
    dropped: source === undefined ? UNKNOWN : count(dropped),
    waiting: queues.length === 0 ? UNKNOWN : `${count(waiting)} of at most ${count(most)} ms`,
    isLossy: dropped > 0n,
  };
}

function largest(values: readonly bigint[]): bigint {
  return values.reduce((most, value) => (value > most ? value : most), 0n);
}

export interface BranchElements {
  branch: string;
  /** "mp4mux0 (mp4mux)", from the entrance of the branch to its end. */
  elements: readonly PipelineElement[];
}

/** The elements of a graph, those of each branch together. */
export function elementsByBranch(elements: readonly PipelineElement[]): BranchElements[] {
  const branches = new Map<string, PipelineElement[]>();
  for (const element of elements) {
    branches.set(element.branch, [...(branches.get(element.branch) ?? []), element]);
  }
  const order = Object.keys(BRANCH_NAMES);
  return [...branches]
    .map(([branch, list]) => ({ branch, elements: list }))
    .sort((a, b) => order.indexOf(a.branch) - order.indexOf(b.branch));
}

function fpsWords(value: number | undefined): string {
  return value === undefined ? UNKNOWN : `${decimal(value)} fps`;
}

function rateWords(value: bigint | undefined): string {
  return value === undefined ? UNKNOWN : bitsPerSecond(value);
}

function decimal(value: number): string {
  return value.toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
