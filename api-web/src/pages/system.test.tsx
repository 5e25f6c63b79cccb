/** The server, and the pipelines of all cameras in a table. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { CameraState } from "../gen/ronin/v1/camera_pb";
import { ModelState } from "../gen/ronin/v1/detection_pb";
import { CoderDevice, type GetPipelineStatsRequest } from "../gen/ronin/v1/system_pb";
import { timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";
import { FakeViewport } from "../test/viewport";

const START = new Date(2026, 5, 1, 12).getTime();
const HOUR_MS = 3_600_000;

const coder = (name: string, codec: string, device: CoderDevice, rest = {}) => ({
  name,
  codec,
  device,
  hardware: device !== CoderDevice.SOFTWARE,
  ...rest,
});
const info = {
  version: "0.9.1",
  gstreamerVersion: "1.22.0",
  startTime: timestampFromMs(START),
  serverTime: timestampFromMs(START + 26 * HOUR_MS),
  timeZone: "Europe/Berlin",
  database: "postgres",
  databaseAvailable: true,
  databaseDetails: { kind: "postgres", version: "15.8", sizeBytes: 48_000_000n },
  storage: { path: "/media", totalBytes: 1000n, freeBytes: 30n, recordedBytes: 900n, segments: 7n },
  cameras: 2,
  camerasStreaming: 1,
  segmentDurationSeconds: 900,
  decoderDetails: [
    coder("nvh264dec", "H.264", CoderDevice.NVIDIA, { best: true }),
    coder("avdec_h264", "H.264", CoderDevice.SOFTWARE, { used: true }),
  ],
  encoderDetails: [coder("x264enc", "H.264", CoderDevice.SOFTWARE, { best: true })],
  detector: { message: "no model is set", inferenceDevice: "cuda:0" },
  machine: { cores: 4, processMemoryBytes: 250_000_000n, load1m: 0.5, load5m: 1, load15m: 2.25 },
};
const stats = {
  branches: [
    { branch: "source", frames: 100n, framesPerSecond: 24.96, bitsPerSecond: 4_200_000n },
    { branch: "record", droppedFrames: 3n, queuedMs: 40n, mostQueuedMs: 900n },
    { branch: "live", droppedFrames: 1n, queuedMs: 60n, mostQueuedMs: 200n },
  ],
};
const cameras = [
  camera(),
  camera({
    id: "gate",
    displayName: "Gate",
    enabled: false,
    status: { state: CameraState.DISABLED },
  }),
];

beforeEach(() => FakeViewport.install());

function openSystem(system = {}, detection = {}) {
  const parts = { getSystemInfo: () => info, getPipelineStats: () => stats, ...system };
  return openApp(fakeServer({ cameras, system: parts, detection }), {
    path: "/system",
    token: TOKEN,
  });
}

const panel = async (name: string) => within(await screen.findByRole("region", { name }));

it("says versions, how long it runs, and what it takes of the machine", async () => {
  openSystem();

  const server = await panel("Server");
  for (const words of ["0.9.1", "1.22.0", "1 d 2 h", "4", "0.50, 1.00, 2.25", "250 MB"]) {
    expect(server.getByText(words)).toBeVisible();
  }
  const database = await panel("Database");
  expect(database.getByText("PostgreSQL 15.8")).toBeVisible();
  expect(database.getByText("48 MB")).toBeVisible();
  expect((await panel("Storage")).getByText(/Only 3 % of the disk is free/)).toBeVisible();
  const detector = await panel("Object detector");
  expect(detector.getByText("GPU (CUDA:0)")).toBeVisible();
  expect(detector.getByText("No model is set.")).toBeVisible();
  expect(screen.getByText("2 cameras, 1 live right now. A segment is 15 min long.")).toBeVisible();
});

it("says that the database is away, and of nothing how large it is", async () => {
  const away = { ...info, databaseAvailable: false, databaseDetails: { kind: "postgres" } };
  openSystem({ getSystemInfo: () => away });

  const database = await panel("Database");
  expect(database.getByText(/^No\. Recording goes on/)).toBeVisible();
  expect(database.queryByText("Size")).toBeNull();
});

it("marks hardware, and says which encoder or decoder does the work", async () => {
  openSystem();

  const decoders = await panel("Decoders");
  const cells = (name: RegExp) =>
    within(decoders.getByRole("row", { name }))
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
  expect(cells(/nvh264dec/)).toEqual(["H.264", "NVIDIA, hardware", "First choice"]);
  expect(cells(/avdec_h264/)).toEqual(["H.264", "Processor", "In use"]);
  expect(decoders.getByText(/encoded for browsers are decoded by avdec_h264\./)).toHaveTextContent(
    "the server would decode H.264 with nvh264dec (NVIDIA).",
  );
  expect((await panel("Encoders")).getByText(/^Footage is recorded/)).toHaveTextContent(
    "would encode H.264 with x264enc (Processor).",
  );
});

it("shows of each camera what comes, what is dropped and what waits, and leads to the rest", async () => {
  openSystem();

  const table = await screen.findByRole("table", { name: "Pipelines" });
  const cells = (name: RegExp) =>
    within(within(table).getByRole("row", { name }))
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
  await waitFor(() =>
    expect(cells(/Front door/)).toEqual([
      "Live",
      "25.0 fps",
      "4.2 Mb/s",
      "4",
      "60 of at most 900 ms",
    ]),
  );
  expect(cells(/Gate/)).toEqual(["Off", "–", "–", "–", "–"]);
  expect(within(table).getByRole("link", { name: "Front door" })).toHaveAttribute(
    "href",
    "/cameras/front-door/pipeline",
  );
});

it("asks for the numbers of a camera only while its row is seen, and of one that is off never", async () => {
  FakeViewport.install(false);
  const getPipelineStats = vi.fn((_request: GetPipelineStatsRequest) => stats);
  openSystem({ getPipelineStats });
  await screen.findByRole("table", { name: "Pipelines" });
  await panel("Server");
  expect(getPipelineStats).not.toHaveBeenCalled();

  act(() => FakeViewport.show(true));

  expect(await screen.findByText("25.0 fps")).toBeVisible();
  const asked = getPipelineStats.mock.calls.map(([request]) => request.camera);
  expect(new Set(asked)).toEqual(new Set(["cameras/front-door"]));
});

it("says what is wrong when the server does not answer, and asks again", async () => {
  let isAway = true;
  const { user } = openSystem({
    getSystemInfo: () => {
      if (isAway) {
        throw refusedFor("DISK_UNAVAILABLE", "the disk does not answer: is it mounted?");
      }
      return info;
    },
  });

  expect(await screen.findByText(/The disk does not answer/)).toBeVisible();
  isAway = false;
  await user.click(screen.getByRole("button", { name: /again/i }));
  expect((await panel("Server")).getByText("0.9.1")).toBeVisible();
});

it("lists the models, says how each does, and how to get one into use", async () => {
  const models = [
    {
      name: "models/old.torchscript",
      sizeBytes: 9_000_000n,
      state: ModelState.FAILED,
      message: "this is no TorchScript file",
    },
    {
      name: "models/yolo11n.torchscript",
      sizeBytes: 11_000_000n,
      state: ModelState.RUNNING,
      sha256: "ab".repeat(32),
      labels: ["person", "car"],
      inputWidth: 640,
      inputHeight: 384,
      device: "cuda:0",
      pictureMs: 4.21,
      pictures: 120n,
      picturesReplaced: 3n,
    },
  ];
  openSystem({}, { listModels: () => ({ models, folder: "/data/models" }) });

  const table = within(await screen.findByRole("table", { name: "Models" }));
  const cells = (name: RegExp) =>
    within(table.getByRole("row", { name }))
      .getAllByRole("cell")
      .map(({ textContent }) => textContent);
  expect(cells(/yolo11n/)).toEqual([
    "In use",
    "2",
    "640 × 384",
    "GPU (CUDA:0)",
    "4.2 ms",
    "120, and 3 that a newer one replaced",
  ]);
  expect(table.getByText(`SHA-256 ${"ab".repeat(32)}`)).toBeVisible();
  expect(cells(/old/)[0]).toBe("Does not workThis is no TorchScript file.");
  expect(screen.queryByRole("list", { name: "How to get a model" })).not.toBeInTheDocument();
});

it("says how to get a model where there is none", async () => {
  openSystem({}, { listModels: () => ({ folder: "/data/models", message: "no model is set" }) });

  const steps = within(await screen.findByRole("list", { name: "How to get a model" }));
  expect(steps.getByText("yolo export model=yolo11n.pt format=torchscript")).toBeVisible();
  expect(steps.getByText("/data/models")).toBeVisible();
  expect(steps.getByText("RONIN_DETECT_MODEL")).toBeVisible();
  expect((await panel("Detector models")).getByText("No model is set.")).toBeVisible();
});
