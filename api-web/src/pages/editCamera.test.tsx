/** Changing a camera. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { MotionSensitivity, type UpdateCameraRequest } from "../gen/ronin/v1/camera_pb";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";
import { answersBoth } from "../test/wizard";

it("sends back the etag and only what changed, and keeps the stored password", async () => {
  const updateCamera = vi.fn((request: UpdateCameraRequest) => ({
    camera: camera({ displayName: request.camera?.displayName ?? "" }),
  }));
  const { user, location } = openApp(
    fakeServer({ cameras: [camera()], camera: { updateCamera } }),
    { path: "/cameras/front-door/edit", token: TOKEN },
  );

  await user.clear(await screen.findByLabelText("Path of the main stream"));
  await user.type(screen.getByLabelText("Path of the main stream"), "/sub");
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

it("looks for motion, and says what that costs without a sub stream", async () => {
  const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({ camera: camera() }));
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { updateCamera } }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  const motion = await screen.findByRole("switch", { name: /^Look for motion/ });
  expect(motion).not.toBeChecked();
  expect(screen.getByText(/takes much of a processor/)).toBeVisible();
  await user.click(motion);
  await user.click(screen.getByRole("radio", { name: "High" }));
  expect(screen.getByText("What is small or pale too, and more false ones.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  await waitFor(() => expect(updateCamera).toHaveBeenCalled());
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: { detect: { motion: true, sensitivity: MotionSensitivity.HIGH } },
    updateMask: { paths: ["detect.motion", "detect.sensitivity"] },
  });
});

it("offers a check where the connection was changed, with the stored password", async () => {
  const probeCamera = vi.fn(answersBoth);
  const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({ camera: camera() }));
  const { user } = openApp(
    fakeServer({ cameras: [camera()], camera: { probeCamera, updateCamera } }),
    { path: "/cameras/front-door/edit", token: TOKEN },
  );

  const path = await screen.findByLabelText("Path of the main stream");
  expect(screen.queryByText("The changed connection was not checked")).not.toBeInTheDocument();
  await user.type(path, "2");
  expect(screen.getByText("The changed connection was not checked")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Check it now" }));

  const streams = within(screen.getByRole("region", { name: "Streams" }));
  expect(await streams.findByText("Main stream works")).toBeVisible();
  expect(screen.queryByText("The changed connection was not checked")).not.toBeInTheDocument();
  expect(probeCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: "cameras/front-door",
    source: { path: "/main2", password: "" },
  });
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  await waitFor(() => expect(updateCamera).toHaveBeenCalled());
});

it("puts the focus on the password that the camera refused", async () => {
  const probeCamera = () => {
    throw refusedFor("CAMERA_UNAUTHORIZED", "192.168.1.20 refused the user name or password");
  };
  const { user } = openApp(fakeServer({ cameras: [camera()], camera: { probeCamera } }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("button", { name: "Check the connection" }));

  await waitFor(() => expect(screen.getByLabelText("Password")).toHaveFocus());
  expect(screen.getByLabelText("Path of the main stream")).toHaveValue("/main");
});

it("advises about the streams as they run, and swaps them", async () => {
  const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({ camera: camera() }));
  const main = { host: "192.168.1.20", port: 554, username: "viewer", hasPassword: true };
  const known = camera({ main: { ...main, path: "/main" }, sub: { ...main, path: "/sub" } });
  const { user } = openApp(fakeServer({ cameras: [known], camera: { updateCamera } }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  expect(await screen.findByText("Recordings will be silent")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Swap main and sub stream" }));
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  await waitFor(() => expect(updateCamera).toHaveBeenCalled());
  expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
    camera: { main: { path: "/sub" }, sub: { path: "/main" } },
    updateMask: { paths: ["main", "sub"] },
  });
});

it("says at the name that it is missing", async () => {
  const { user } = openApp(fakeServer({ cameras: [camera()] }), {
    path: "/cameras/front-door/edit",
    token: TOKEN,
  });

  await user.clear(await screen.findByLabelText("Name"));
  await user.click(screen.getByRole("button", { name: "Save changes" }));

  expect(screen.getByLabelText("Name")).toHaveAccessibleDescription("Give the camera a name.");
  expect(screen.getByLabelText("Name")).toHaveFocus();
});
