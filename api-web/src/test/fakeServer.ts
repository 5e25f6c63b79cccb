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
  type WatchCamerasResponse,
  WatchCamerasResponseSchema,
} from "../gen/ronin/v1/camera_pb";
import { MediaKind, Transport } from "../gen/ronin/v1/common_pb";
import { LiveService } from "../gen/ronin/v1/live_pb";
import { RecordingService } from "../gen/ronin/v1/recording_pb";
import { SystemService } from "../gen/ronin/v1/system_pb";

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

/** A stream of watch messages that a test pushes into. */
export class WatchFeed {
  readonly #queue: WatchCamerasResponse[] = [];
  #wake: (() => void) | undefined;

  send(message: MessageInitShape<typeof WatchCamerasResponseSchema>): void {
    this.#queue.push(create(WatchCamerasResponseSchema, message));
    this.#wake?.();
  }

  changed(value: Camera): void {
    this.send({ event: { case: "changed", value } });
  }

  async *stream(cameras: Camera[], signal: AbortSignal) {
    yield create(WatchCamerasResponseSchema, { event: { case: "snapshot", value: { cameras } } });
    signal.addEventListener("abort", () => this.#wake?.());
    while (!signal.aborted) {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        yield next;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

interface Parts {
  cameras?: Camera[];
  feed?: WatchFeed;
  auth?: Partial<ServiceImpl<typeof AuthService>>;
  camera?: Partial<ServiceImpl<typeof CameraService>>;
  recording?: Partial<ServiceImpl<typeof RecordingService>>;
  system?: Partial<ServiceImpl<typeof SystemService>>;
}

/** The routes of a server with these cameras, for people signed in with `TOKEN`. */
export function fakeServer(parts: Parts) {
  const { cameras = [], feed = new WatchFeed() } = parts;
  return ({ service }: ConnectRouter) => {
    service(AuthService, {
      getSetupStatus: () => ({ setupRequired: false }),
      getSession: (_request, context) => {
        requireSession(context.requestHeader);
        return { user: { name: "users/1", username: "admin", role: Role.ADMIN } };
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
    service(RecordingService, parts.recording ?? {});
    service(SystemService, parts.system ?? {});
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
