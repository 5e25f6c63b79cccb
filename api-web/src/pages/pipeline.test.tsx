/** The pipeline of a camera: its numbers with what they mean, and its graph. */
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { CameraState } from "../gen/ronin/v1/camera_pb";
import { Transport } from "../gen/ronin/v1/common_pb";
import type { GetPipelineGraphRequest } from "../gen/ronin/v1/system_pb";
import { timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

const saved: { name: string; blob: Blob }[] = [];

vi.mock("../lib/saveFile", () => ({
  saveFile: (blob: Blob, name: string) => saved.push({ name, blob }),
}));

beforeEach(() => saved.splice(0));

const PATH = "/cameras/front-door/pipeline";
const START = new Date(2026, 5, 1, 12).getTime();
const DOT = 'digraph pipeline { rtspsrc0_1 [label="rtspsrc0"]; rtspsrc0_1 -> mp4mux0 }';

const stats = {
  runId: "run-1",
  startTime: timestampFromMs(START),
  source: {
    transport: Transport.UDP,
    packets: [
      { media: "video", received: 5_000n, lost: 12n, late: 3n, duplicates: 1n, averageJitterMs: 2 },
      { media: "audio", received: 700n, averageJitterMs: 0.25 },
    ],
  },
  branches: [
    { branch: "source", frames: 1_000n, framesPerSecond: 25, bitsPerSecond: 4_000_000n },
    {
      branch: "record",
      frames: 998n,
      droppedFrames: 2n,
      queuedMs: 40n,
      mostQueuedMs: 800n,
      mostQueuedBytes: 30_000n,
    },
  ],
  reconnects: 2n,
  lastReconnectTime: timestampFromMs(START),
  lastReconnectFault: { reason: "CAMERA_STALLED", message: "no picture came for 5 s" },
};
const graph = {
  runId: "run-1",
  dot: DOT,
  elements: [
    { branch: "record", name: "queue3", factory: "queue" },
    { branch: "source", name: "rtspsrc0", factory: "rtspsrc" },
    { branch: "record", name: "mp4mux0", factory: "mp4mux" },
    { branch: "record", name: "segmentsink0", factory: "" },
  ],
};

function openPipeline(system = {}) {
  const parts = { getPipelineStats: () => stats, getPipelineGraph: () => graph, ...system };
  return openApp(fakeServer({ cameras: [camera()], system: parts }), { path: PATH, token: TOKEN });
}

async function cells(table: string, row: RegExp): Promise<(string | null)[]> {
  const found = await screen.findByRole("table", { name: table });
  return within(within(found).getByRole("row", { name: row }))
    .getAllByRole("cell")
    .map((cell) => cell.textContent);
}

const drawing = () => screen.getByRole("img", { name: /^Graph of Front door/ });

it("shows the numbers of each branch, of each stream and of the connection, with what they mean", async () => {
  openPipeline();

  expect(await cells("Branches", /^Frame rate/)).toEqual(["25.0 fps", "–"]);
  expect(await cells("Branches", /^Bit rate/)).toEqual(["4.0 Mb/s", "–"]);
  expect(await cells("Branches", /^Dropped/)).toEqual(["0", "2"]);
  expect(await cells("Branches", /^Waiting/)).toEqual(["–", "40 ms"]);
  expect(await cells("Branches", /^Most waiting/)).toEqual(["–", "800 ms"]);
  expect(await cells("Branches", /^Most data waiting/)).toEqual(["–", "30 kB"]);
  expect(await cells("Packets", /^Lost/)).toEqual(["12", "0"]);
  expect(await cells("Packets", /^Jitter/)).toEqual(["2.0 ms", "0.3 ms"]);
  expect(await cells("Connection", /^Transport/)).toEqual(["UDP"]);
  expect(await cells("Connection", /^Connected again/)).toEqual(["2"]);
  expect((await cells("Connection", /^Last time/))[0]).toMatch(/: no picture came for 5 s$/);
  expect(screen.getByText(/Pictures left out because the queue was full/)).toBeVisible();
  expect(screen.getByText(/Packets that were not there in time/)).toBeVisible();
});

it("goes on asking, so that the numbers grow", async () => {
  let frames = 1_000n;
  const getPipelineStats = () => {
    frames += 50n;
    return { ...stats, branches: [{ branch: "source", frames }] };
  };
  openPipeline({ getPipelineStats });

  const first = Number((await cells("Branches", /^Pictures/))[0]?.replace(/\D/g, ""));
  await waitFor(
    async () => {
      const now = Number((await cells("Branches", /^Pictures/))[0]?.replace(/\D/g, ""));
      expect(now).toBeGreaterThan(first);
    },
    { timeout: 10_000 },
  );
});

it("draws the graph, and lists its elements in words", async () => {
  openPipeline();

  await waitFor(() => expect(drawing().querySelector("svg")).toHaveTextContent("rtspsrc0"));
  expect(drawing().querySelector("svg")).toHaveTextContent("mp4mux0");
  const disk = await screen.findByRole("list", { name: "Elements: Disk" });
  expect(
    within(disk)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["queue3 queue", "mp4mux0 mp4mux", "segmentsink0 "]);
  const branches = screen.getAllByRole("list", { name: /^Elements: / });
  expect(branches.map((list) => list.getAttribute("aria-label"))).toEqual([
    "Elements: Camera",
    "Elements: Disk",
  ]);
});

it("zooms and moves the drawing by buttons, keys and wheel", async () => {
  const { user } = openPipeline();
  await waitFor(() => expect(drawing().querySelector("svg")).not.toBeNull());
  const scale = () => screen.getByRole("status", { name: "Magnification" }).textContent;

  await user.click(screen.getByRole("button", { name: "Zoom in" }));
  expect(scale()).toBe("1.4×");
  await user.keyboard("+");
  expect(scale()).toBe("2.0×");
  const before = drawing().style.transform;
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
  expect(drawing().style.transform).not.toBe(before);
  await user.keyboard("-");
  expect(scale()).toBe("1.4×");
  fireEvent.wheel(drawing(), { deltaY: -500 });
  expect(scale()).toBe("3.8×");
  await user.keyboard("0");
  expect(scale()).toBe("1.0×");
  expect(screen.getByRole("button", { name: "Whole graph" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

it("saves the graph as SVG and as DOT", async () => {
  const { user } = openPipeline();
  const svg = await screen.findByRole("button", { name: "Save as SVG" });
  await waitFor(() => expect(svg).toBeEnabled());

  await user.click(svg);
  await user.click(screen.getByRole("button", { name: "Save as DOT" }));

  expect(saved.map(({ name }) => name)).toEqual([
    "front-door-pipeline.svg",
    "front-door-pipeline.dot",
  ]);
  expect(await saved[0]?.blob.text()).toMatch(/^<\?xml [\s\S]*<svg [\s\S]*mp4mux0[\s\S]*<\/svg>/);
  expect(await saved[1]?.blob.text()).toBe(DOT);
});

it("says so where a graph cannot be drawn, and still lists its elements", async () => {
  openPipeline({ getPipelineGraph: () => ({ ...graph, dot: "digraph {" }) });

  expect(await screen.findByRole("alert")).toHaveTextContent(/cannot be drawn in this browser/);
  expect(screen.getByRole("list", { name: "Elements: Camera" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Save as SVG" })).toBeDisabled();
});

it("has nothing to draw while the camera is away, and tells how often it was connected again", async () => {
  const getPipelineGraph = vi.fn((_request: GetPipelineGraphRequest) => ({}));
  const away = camera({ status: { state: CameraState.CONNECTING } });
  const system = { getPipelineStats: () => ({ reconnects: 1n }), getPipelineGraph };
  openApp(fakeServer({ cameras: [away], system }), { path: PATH, token: TOKEN });

  expect(
    await screen.findByText("Nothing is counted while the camera is not connected."),
  ).toBeVisible();
  expect(await cells("Connection", /^Connected again/)).toEqual(["1"]);
  expect(await cells("Connection", /^Transport/)).toEqual(["–"]);
  expect(await screen.findByText("There is none while the camera is not connected.")).toBeVisible();
  expect(getPipelineGraph.mock.calls[0]?.[0].camera).toBe("cameras/front-door");
});

it("says what is wrong where the server refuses, and that there is no such camera", async () => {
  const refuse = () => {
    throw refusedFor("STOPPING", "the server is shutting down: try again in a moment");
  };
  openPipeline({ getPipelineStats: refuse, getPipelineGraph: refuse });
  await waitFor(() => expect(screen.getAllByText(/The server is shutting down/)).toHaveLength(2));
});

it("knows no camera that is not there", async () => {
  openApp(fakeServer({ cameras: [] }), { path: PATH, token: TOKEN });
  expect(await screen.findByText(/front-door/)).toBeVisible();
});
