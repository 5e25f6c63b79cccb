/** A server in memory with just enough behaviour for the pages; tests replace what they are about. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../gen/google/rpc/error_details_pb";
import { AuthService, Role } from "../gen/ronin/v1/auth_pb";
import {
  type Camera,
  CameraSchema,
  CameraService,
  CameraState,
  WatchCamerasResponseSchema,
} from "../gen/ronin/v1/camera_pb";
import { MediaKind, Transport } from "../gen/ronin/v1/common_pb";
import {
  type AnalysedPictureSchema,
  DetectionService,
  WatchDetectionsResponseSchema,
} from "../gen/ronin/v1/detection_pb";
import {
  type Event,
  EventSchema,
  EventService,
  EventState,
  WatchEventsResponseSchema,
} from "../gen/ronin/v1/event_pb";
import {
  type Export,
  ExportSchema,
  ExportService,
  WatchExportsResponseSchema,
} from "../gen/ronin/v1/export_pb";
import {
  type Job,
  JobKind,
  JobSchema,
  JobService,
  JobState,
  WatchJobsResponseSchema,
} from "../gen/ronin/v1/job_pb";
import { LayoutService } from "../gen/ronin/v1/layout_pb";
import { LiveService } from "../gen/ronin/v1/live_pb";
import { RecordingService, WatchSegmentsResponseSchema } from "../gen/ronin/v1/recording_pb";
import { StorageService } from "../gen/ronin/v1/storage_pb";
import {
  type NoticeSchema,
  SystemService,
  WatchNoticesResponseSchema,
} from "../gen/ronin/v1/system_pb";
import { MINUTE_MS, timestampFromMs } from "../lib/time";
import { Feed } from "./feed";

export const TOKEN = "session-1";

/** Some of the fields of a camera. */
type CameraInit = Exclude<MessageInitShape<typeof CameraSchema>, Camera>;

/** A camera that streams, unless told otherwise. */
export function camera(overrides: CameraInit = {}): Camera {
  const id = overrides.id ?? "front-door";
  return create(CameraSchema, {
    name: `cameras/${id}`,
    id,
    displayName: "Front door",
    enabled: true,
    main: {
      host: "192.168.1.20",
      port: 554,
      path: "/main",
      username: "viewer",
      hasPassword: true,
      transport: Transport.TCP,
    },
    record: { enabled: true, audio: true },
    status: {
      state: CameraState.STREAMING,
      recording: true,
      streams: [
        { kind: MediaKind.VIDEO, codec: "H.264 (High Profile)", width: 1920, height: 1080 },
      ],
    },
    etag: "etag-1",
    ...overrides,
  });
}

/** The watch of cameras: a snapshot, then what a test pushes. */
export class WatchFeed extends Feed<typeof WatchCamerasResponseSchema> {
  constructor() {
    super(WatchCamerasResponseSchema);
  }

  changed(value: Camera): void {
    this.send({ event: { case: "changed", value } });
  }

  async *stream(cameras: Camera[], signal: AbortSignal) {
    yield create(WatchCamerasResponseSchema, { event: { case: "snapshot", value: { cameras } } });
    yield* this.messages(signal);
  }
}

/** The watch of notices: what a test pushes. */
export class NoticeFeed extends Feed<typeof WatchNoticesResponseSchema> {
  constructor() {
    super(WatchNoticesResponseSchema);
  }

  notice(value: MessageInitShape<typeof NoticeSchema>): void {
    this.send({ event: { case: "notice", value } });
  }
}

/** The watch of segments: what a test pushes. */
export class SegmentFeed extends Feed<typeof WatchSegmentsResponseSchema> {
  constructor() {
    super(WatchSegmentsResponseSchema);
  }
}

/** Some of the fields of an event. */
type EventInit = Exclude<MessageInitShape<typeof EventSchema>, Event>;

/** A person who came and went in front of the front door, unless told otherwise. */
export function event(id: number, overrides: EventInit = {}): Event {
  return create(EventSchema, {
    name: `events/${id}`,
    camera: "cameras/front-door",
    state: EventState.CLOSED,
    label: "person",
    score: 0.87,
    best: { x: 0.1, y: 0.2, width: 0.3, height: 0.4, score: 0.87 },
    snapshotPath: `/events/${id}/snapshot.jpg`,
    ...overrides,
  });
}

/** The watch of events: what a test pushes. */
export class EventFeed extends Feed<typeof WatchEventsResponseSchema> {
  constructor() {
    super(WatchEventsResponseSchema);
  }

  changed(value: Event, resumeToken = ""): void {
    this.send({ event: { case: "change", value: { event: value, resumeToken } } });
  }
}

/** Some of the fields of an export. */
type ExportInit = Exclude<MessageInitShape<typeof ExportSchema>, Export>;

/** Ten minutes of the front door that wait for their turn, unless told otherwise. */
export function exportOf(id: number, { job, ...overrides }: ExportInit = {}): Export {
  const startMs = new Date(2026, 0, 15, 8).getTime();
  return create(ExportSchema, {
    name: `exports/${id}`,
    title: `Export ${id}`,
    cameras: ["cameras/front-door"],
    startTime: timestampFromMs(startMs),
    endTime: timestampFromMs(startMs + 10 * MINUTE_MS),
    sizeBytes: 1_200_000_000n,
    job: {
      name: `jobs/${id}`,
      kind: JobKind.EXPORT,
      state: JobState.QUEUED,
      createdBy: "anna",
      createTime: timestampFromMs(startMs + id * MINUTE_MS),
      subject: `exports/${id}`,
      ...job,
    },
    ...overrides,
  });
}

/** The watch of exports: a heartbeat, then what a test pushes. */
export class ExportFeed extends Feed<typeof WatchExportsResponseSchema> {
  constructor() {
    super(WatchExportsResponseSchema);
  }

  changed(value: Export, resumeToken = ""): void {
    this.send({ event: { case: "change", value: { export: value, resumeToken } } });
  }

  async *stream(signal: AbortSignal) {
    // In memory the headers come with the first message, and not before.
    yield create(WatchExportsResponseSchema, { event: { case: "heartbeat", value: {} } });
    yield* this.messages(signal);
  }
}

/** Some of the fields of a job. */
type JobInit = Exclude<MessageInitShape<typeof JobSchema>, Job>;

/** Footage of the front door that waits to become H.265, unless told otherwise. */
export function jobOf(id: number, overrides: JobInit = {}): Job {
  return create(JobSchema, {
    name: `jobs/${id}`,
    kind: JobKind.TRANSCODE,
    state: JobState.QUEUED,
    createTime: timestampFromMs(new Date(2026, 0, 15, 8, id).getTime()),
    subject: "cameras/front-door",
    ...overrides,
  });
}

/** The watch of jobs: a heartbeat, then what a test pushes. */
export class JobFeed extends Feed<typeof WatchJobsResponseSchema> {
  constructor() {
    super(WatchJobsResponseSchema);
  }

  changed(value: Job, resumeToken = ""): void {
    this.send({ event: { case: "change", value: { job: value, resumeToken } } });
  }

  async *stream(signal: AbortSignal) {
    // As for exports.
    yield create(WatchJobsResponseSchema, { event: { case: "heartbeat", value: {} } });
    yield* this.messages(signal);
  }
}

/** The watch of what the detector sees: what a test pushes. */
export class DetectionFeed extends Feed<typeof WatchDetectionsResponseSchema> {
  constructor() {
    super(WatchDetectionsResponseSchema);
  }

  picture(value: MessageInitShape<typeof AnalysedPictureSchema>): void {
    this.send({ event: { case: "picture", value } });
  }
}

interface Parts {
  cameras?: Camera[];
  feed?: WatchFeed;
  noticeFeed?: NoticeFeed;
  segmentFeed?: SegmentFeed;
  eventFeed?: EventFeed;
  detectionFeed?: DetectionFeed;
  exportFeed?: ExportFeed;
  jobFeed?: JobFeed;
  /** Role of the person at the browser. */
  role?: Role;
  auth?: Partial<ServiceImpl<typeof AuthService>>;
  camera?: Partial<ServiceImpl<typeof CameraService>>;
  detection?: Partial<ServiceImpl<typeof DetectionService>>;
  event?: Partial<ServiceImpl<typeof EventService>>;
  exports?: Partial<ServiceImpl<typeof ExportService>>;
  job?: Partial<ServiceImpl<typeof JobService>>;
  layout?: Partial<ServiceImpl<typeof LayoutService>>;
  recording?: Partial<ServiceImpl<typeof RecordingService>>;
  storage?: Partial<ServiceImpl<typeof StorageService>>;
  system?: Partial<ServiceImpl<typeof SystemService>>;
}

/** The routes of a server with these cameras, for people signed in with `TOKEN`. */
export function fakeServer(parts: Parts) {
  const { cameras = [], feed = new WatchFeed(), role = Role.ADMIN } = parts;
  const { noticeFeed = new NoticeFeed(), segmentFeed = new SegmentFeed() } = parts;
  const { eventFeed = new EventFeed(), detectionFeed = new DetectionFeed() } = parts;
  const { exportFeed = new ExportFeed(), jobFeed = new JobFeed() } = parts;
  return ({ service }: ConnectRouter) => {
    service(AuthService, {
      getSetupStatus: () => ({ setupRequired: false }),
      getSession: (_request, context) => {
        requireSession(context.requestHeader);
        return { user: { name: "users/1", username: "admin", role } };
      },
      ...parts.auth,
    });
    service(CameraService, {
      listCameras: (_request, context) => {
        requireSession(context.requestHeader);
        return { cameras };
      },
      watchCameras: (_request, context) => {
        requireSession(context.requestHeader);
        return feed.stream(cameras, context.signal);
      },
      ...parts.camera,
    });
    service(RecordingService, {
      listRecordingDays: () => ({ days: [] }),
      listProtectedSpans: () => ({ spans: [] }),
      watchSegments: (_request, context) => segmentFeed.messages(context.signal),
      ...parts.recording,
    });
    service(DetectionService, {
      listModels: () => ({}),
      listReplays: () => ({}),
      watchDetections: (_request, context) => detectionFeed.messages(context.signal),
      ...parts.detection,
    });
    service(EventService, {
      listEvents: () => ({}),
      watchEvents: (_request, context) => eventFeed.messages(context.signal),
      updateReview: ({ names }) => ({ count: names.length }),
      ...parts.event,
    });
    service(ExportService, {
      listExports: () => ({}),
      watchExports: (_request, context) => exportFeed.stream(context.signal),
      ...parts.exports,
    });
    service(JobService, {
      listJobs: () => ({}),
      watchJobs: (_request, context) => jobFeed.stream(context.signal),
      getJobStats: () => ({}),
      ...parts.job,
    });
    service(LayoutService, { listLayouts: () => ({ layouts: [] }), ...parts.layout });
    service(StorageService, parts.storage ?? {});
    service(SystemService, {
      listNotices: () => ({ notices: [] }),
      watchNotices: (_request, context) => noticeFeed.messages(context.signal),
      ...parts.system,
    });
    service(LiveService, {
      getLiveStream: ({ camera: name }) => ({
        hlsPath: `/live/${name.replace("cameras/", "")}/index.m3u8`,
        codecs: [],
      }),
    });
  };
}

function requireSession(header: Headers): void {
  if (header.get("authorization") !== `Bearer ${TOKEN}`) {
    throw new ConnectError("the session has ended", Code.Unauthenticated);
  }
}

/** An error about fields, as the server sends it. */
export function refusedFields(fields: Record<string, string>): ConnectError {
  const fieldViolations = Object.entries(fields).map(([field, description]) => ({
    field,
    description,
  }));
  return new ConnectError("some fields are not right", Code.InvalidArgument, undefined, [
    { desc: BadRequestSchema, value: { fieldViolations } },
  ]);
}

/** An error with a reason, as the server sends it. */
export function refusedFor(reason: string, message: string, code = Code.FailedPrecondition) {
  return new ConnectError(message, code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "ronin.v1" } },
  ]);
}
