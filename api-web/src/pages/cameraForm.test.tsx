/** Adding and editing a camera, with the connection test. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { CreateCameraRequest, UpdateCameraRequest } from "../gen/ronin/v1/camera_pb";
import { MediaKind } from "../gen/ronin/v1/common_pb";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";

const ADDRESS = "rtsp://viewer:secret@192.168.1.20/main";

async function fillIn(user: ReturnType<typeof openApp>["user"]) {
  await user.click(await screen.findByLabelText("Name"));
  await user.paste("Front door");
  await user.click(screen.getByLabelText("Address"));
  await user.paste(ADDRESS);
}

it("adds a camera with an id made of its name and goes to its page", async () => {
  const createCamera = vi.fn((_request: CreateCameraRequest) => ({ camera: camera() }));
  const { user, location } = openApp(fakeServer({ camera: { createCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await fillIn(user);
  expect(screen.getByLabelText("Id")).toHaveValue("front-door");
  await user.click(screen.getByRole("switch", { name: /Record sound too/ }));
  await user.click(screen.getByRole("button", { name: "Add camera" }));

  await waitFor(() => expect(location()).toBe("/cameras/front-door"));
  expect(createCamera.mock.calls[0]?.[0]).toMatchObject({
    cameraId: "front-door",
    camera: {
      displayName: "Front door",
      main: { url: ADDRESS },
      record: { enabled: true, audio: false },
    },
  });
});

it("keeps an id that was typed", async () => {
  const { user } = openApp(fakeServer({}), { path: "/add-camera", token: TOKEN });

  await user.type(await screen.findByLabelText("Id"), "gate");
  await user.type(screen.getByLabelText("Name"), "Front door");

  expect(screen.getByLabelText("Id")).toHaveValue("gate");
});

it("shows what the server refuses at the fields", async () => {
  const createCamera = () => {
    throw refusedFields({
      camera_id: "there is a camera with this id already",
      "camera.main.url": "the path is missing",
    });
  };
  const { user } = openApp(fakeServer({ camera: { createCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Add camera" }));

  await waitFor(() => expect(screen.getByLabelText("Id")).toBeInvalid());
  expect(screen.getByLabelText("Id")).toHaveAccessibleDescription(
    /There is a camera with this id already\./,
  );
  expect(screen.getByLabelText("Address")).toHaveAccessibleDescription(/The path is missing\./);
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

it("shows an error about no field above the buttons", async () => {
  const createCamera = () => {
    throw new ConnectError("the database is locked", Code.Unavailable);
  };
  const { user } = openApp(fakeServer({ camera: { createCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Add camera" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("The database is locked.");
});

it("shows the picture, streams and warnings of a connection test", async () => {
  const probeCamera = vi.fn(() => ({
    streams: [
      { kind: MediaKind.VIDEO, codec: "H.264", width: 1920, height: 1080, framesPerSecond: 25 },
    ],
    snapshot: new Uint8Array([1, 2, 3]),
    warnings: ["a key frame comes only every 10 s"],
  }));
  const { user } = openApp(fakeServer({ camera: { probeCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Test connection" }));

  expect(await screen.findByRole("img", { name: "Picture from the camera" })).toBeVisible();
  expect(screen.getByText(/1920 × 1080 · 25 fps/)).toBeVisible();
  expect(screen.getByText("A key frame comes only every 10 s.")).toBeVisible();
  expect(probeCamera).toHaveBeenCalledWith(
    expect.objectContaining({ source: expect.objectContaining({ url: ADDRESS }), camera: "" }),
    expect.anything(),
  );
});

it("says what to do when a connection test fails", async () => {
  const probeCamera = () => {
    throw refusedFor("CAMERA_UNAUTHORIZED", "401 from camera: user name or password was refused");
  };
  const { user } = openApp(fakeServer({ camera: { probeCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Test connection" }));

  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("401 from camera: user name or password was refused.");
  expect(within(alert).getByRole("list", { name: "What to do" })).toHaveTextContent(
    /case-sensitive/,
  );
});

it("does not test an address that cannot be one", async () => {
  const probeCamera = vi.fn(() => ({}));
  const { user } = openApp(fakeServer({ camera: { probeCamera } }), {
    path: "/add-camera",
    token: TOKEN,
  });

  await user.type(await screen.findByLabelText("Address"), "192.168.1.20");
  await user.click(screen.getByRole("button", { name: "Test connection" }));

  expect(screen.getByLabelText("Address")).toHaveAccessibleDescription(/begins with rtsp/);
  expect(probeCamera).not.toHaveBeenCalled();
});

it("sends back the etag and only what changed, and keeps the stored password", async () => {
  const updateCamera = vi.fn((request: UpdateCameraRequest) => ({
    camera: camera({ displayName: request.camera?.displayName ?? "" }),
  }));
  const { user, location } = openApp(
    fakeServer({ cameras: [camera()], camera: { updateCamera } }),
    { path: "/cameras/front-door/edit", token: TOKEN },
  );

  await user.clear(await screen.findByLabelText("Path"));
  await user.type(screen.getByLabelText("Path"), "/sub");
  expect(screen.getByLabelText("Password")).toHaveValue("");
  expect(screen.getByPlaceholderText(/Stored/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  await waitFor(() => expect(location()).toBe("/cameras/front-door"));
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: {
      name: "cameras/front-door",
      etag: "etag-1",
      main: { host: "192.168.1.20", path: "/sub", password: "" },
    },
    updateMask: { paths: ["main"] },
  });
});

it("offers the newest settings when somebody else changed them", async () => {
  const updateCamera = () => {
    throw new ConnectError("the camera was changed meanwhile", Code.Aborted);
  };
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { updateCamera } }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  await user.type(await screen.findByLabelText("Name"), " 2");
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  expect(await screen.findByRole("button", { name: "Load the newest settings" })).toBeVisible();
});

it("limits how long footage of this camera is kept, and says what that means", async () => {
  const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({ camera: camera() }));
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { updateCamera } }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  expect(await screen.findByText(/Kept as the footage of all cameras is/)).toBeVisible();
  await user.type(screen.getByLabelText("Keep for"), "7");
  await user.type(screen.getByLabelText("Keep at most"), "200");
  expect(screen.getByText(/Kept: 7 days, at most 200 GB\./)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  await waitFor(() => expect(updateCamera).toHaveBeenCalled());
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: { record: { retentionDays: 7, retentionMaxBytes: 200_000_000_000n } },
    updateMask: { paths: ["record.retention_days", "record.retention_max_bytes"] },
  });
});
