/** The list of cameras and what can be done there. */
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import {
  type CameraService,
  CameraState,
  type UpdateCameraRequest,
} from "../gen/ronin/v1/camera_pb";
import { DAY_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, TOKEN, WatchFeed } from "../test/fakeServer";

const card = (name: string) => screen.findByRole("article", { name });

it("names the next step when there are no cameras", async () => {
  openApp(fakeServer({}), { path: "/cameras", token: TOKEN });

  expect(await screen.findByRole("heading", { name: "No cameras yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Add camera" })).toHaveAttribute("href", "/add-camera");
});

it("shows state, streams and recording, and follows the watch", async () => {
  const feed = new WatchFeed();
  openApp(fakeServer({ cameras: [camera()], feed }), { path: "/cameras", token: TOKEN });
  const front = await card("Front door");
  expect(within(front).getByText("Live")).toBeVisible();
  expect(within(front).getByText("Recording")).toBeVisible();
  expect(within(front).getByText(/1920 × 1080/)).toBeVisible();

  act(() =>
    feed.changed(
      camera({
        status: {
          state: CameraState.BACKOFF,
          fault: { reason: "CAMERA_PORT_CLOSED", message: "port 554 is closed" },
        },
      }),
    ),
  );

  expect(await within(front).findByText("Offline")).toBeVisible();
  expect(within(front).getByText(/Port 554 is closed\./)).toBeVisible();
  expect(within(front).getByText("Not recording")).toBeVisible();
  expect(screen.getByText("1 in all · 0 live · 0 recording")).toBeVisible();
});

it("warns of pictures that were dropped", async () => {
  const status = { state: CameraState.STREAMING, droppedFrames: 12n, warnings: ["sound is G.711"] };
  openApp(fakeServer({ cameras: [camera({ status })] }), { path: "/cameras", token: TOKEN });

  const front = await card("Front door");
  expect(within(front).getByText(/12 pictures were dropped/)).toBeVisible();
  expect(within(front).getByText("Sound is G.711.")).toBeVisible();
});

it("switches a camera off and touches nothing else", async () => {
  const updateCamera = vi.fn((request: UpdateCameraRequest) => ({
    camera: camera({ enabled: request.camera?.enabled ?? true }),
  }));
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { updateCamera } }), {
    path: "/cameras",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("switch", { name: "Front door on or off" }));

  expect(await within(await card("Front door")).findByText("Off")).toBeVisible();
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: { name: "cameras/front-door", enabled: false },
    updateMask: { paths: ["enabled"] },
  });
});

const GB = 1_000_000_000n;
const disk = {
  volumes: [{ path: "/media", totalBytes: 1_000n * GB, freeBytes: 300n * GB }],
  policy: { retentionDays: 30 },
  cameras: [
    {
      camera: "cameras/front-door",
      recordedBytes: 48n * GB,
      segments: 1_234n,
      oldestTime: timestampFromMs(Date.now() - 12 * DAY_MS),
      newestTime: timestampFromMs(Date.now()),
      bytesPerDay: 4n * GB,
    },
    { camera: "cameras/gone", removed: true, recordedBytes: 48n * GB },
  ],
};
const storage = {
  getStorage: () => disk,
  listStorageDays: () => ({
    days: Array.from({ length: 12 }, (_, index) => ({ day: `2026-01-${index + 1}` })),
  }),
};
const recording = { listProtectedSpans: () => ({ spans: [{ sizeBytes: 2n * GB }, {}] }) };

async function askToRemove(user: ReturnType<typeof openApp>["user"]) {
  await user.click(await screen.findByRole("button", { name: "More for Front door" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove…" }));
  return screen.findByRole("dialog", { name: "Remove Front door?" });
}

it("removes a camera only after saying in numbers what goes and what stays", async () => {
  const deleteCamera = vi.fn(() => ({ keptSegments: 1_234n, keptBytes: 48n * GB }));
  const door = camera({ record: { enabled: true, retentionDays: 7 } });
  const { user } = openApp(
    fakeServer({ cameras: [door], camera: { deleteCamera }, storage, recording }),
    { path: "/cameras", token: TOKEN },
  );

  const dialog = await askToRemove(user);
  const stays = await within(dialog).findByRole("list", { name: "What stays" });
  expect(stays).toHaveTextContent(/48 GB of 12 days, in 1.234 segments since/);
  expect(stays).toHaveTextContent(/as files in \/media\/front-door\. No file is deleted now\./);
  expect(stays).toHaveTextContent(/kept for 30 days/);
  expect(stays).toHaveTextContent(/2 protected spans: never deleted/);
  const goes = within(dialog).getByRole("list", { name: /What goes/ });
  expect(goes).toHaveTextContent(/Its own limits \(7 days\)/);
  expect(goes).toHaveTextContent(/cannot be watched in this app/);
  expect(deleteCamera).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Remove camera" }));

  await waitFor(() =>
    expect(screen.queryByRole("article", { name: "Front door" })).not.toBeInTheDocument(),
  );
  expect(await screen.findByText(/1.234 segments \(48 GB\) of its footage stay/)).toBeVisible();
});

it("says of a camera without footage that nothing stays", async () => {
  const { user } = openApp(
    fakeServer({
      cameras: [camera()],
      storage: { getStorage: () => ({}), listStorageDays: () => ({}) },
    }),
    { path: "/cameras", token: TOKEN },
  );

  const dialog = await askToRemove(user);

  expect(await within(dialog).findByText("Nothing: it has no recorded footage.")).toBeVisible();
});

it("can remove a camera whose footage cannot be counted, and says so", async () => {
  const { user } = openApp(fakeServer({ cameras: [camera()] }), { path: "/cameras", token: TOKEN });

  const dialog = await askToRemove(user);

  expect(await within(dialog).findByText("Its footage could not be counted")).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Remove camera" })).toBeEnabled();
});

it("switches a camera off in the place of removing it", async () => {
  const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({
    camera: camera({ enabled: false }),
  }));
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { updateCamera }, storage }), {
    path: "/cameras",
    token: TOKEN,
  });

  const dialog = await askToRemove(user);
  await user.click(within(dialog).getByRole("button", { name: "Switch it off instead" }));

  expect(await within(await card("Front door")).findByText("Off")).toBeVisible();
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({ camera: { enabled: false } });
});

it("shows what the footage of each camera takes", async () => {
  openApp(fakeServer({ cameras: [camera()], storage }), { path: "/cameras", token: TOKEN });

  expect(
    await within(await card("Front door")).findByText("48 GB · 12 days · 50 % of all footage"),
  ).toBeVisible();
});

it("says that there is no such camera", async () => {
  openApp(fakeServer({}), { path: "/cameras/ghost", token: TOKEN });

  expect(await screen.findByRole("heading", { name: "No such camera" })).toBeVisible();
});

it("says that what it shows may be old while the server is away", async () => {
  let isAway = true;
  const feed = new WatchFeed();
  const watchCameras: ServiceImpl<typeof CameraService>["watchCameras"] = (_request, context) => {
    if (isAway) {
      throw new ConnectError("the server is going down", Code.Unavailable);
    }
    return feed.stream([camera({ displayName: "Back again" })], context.signal);
  };
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { watchCameras } }), {
    path: "/cameras",
    token: TOKEN,
  });

  expect(await screen.findByText(/what you see may be out of date/)).toBeVisible();
  isAway = false;
  await user.click(screen.getByRole("button", { name: "Try now" }));

  expect(await card("Back again")).toBeVisible();
  expect(screen.queryByText(/what you see may be out of date/)).not.toBeInTheDocument();
});
