/** Changing a camera. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import {
  H265Quality,
  MotionSensitivity,
  type UpdateCameraRequest,
} from "../gen/ronin/v1/camera_pb";
import { CoderDevice } from "../gen/ronin/v1/system_pb";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";
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

describe("H.265", () => {
  type Parts = Parameters<typeof fakeServer>[0];

  /** The page of this camera; returns what saving it asks for. */
  function openEditor(known = camera(), parts: Parts = {}) {
    const updateCamera = vi.fn((_request: UpdateCameraRequest) => ({ camera: known }));
    const app = openApp(fakeServer({ cameras: [known], camera: { updateCamera }, ...parts }), {
      path: "/cameras/front-door/edit#h265",
      token: TOKEN,
    });
    return { ...app, updateCamera };
  }

  const panel = async () => within(await screen.findByRole("region", { name: "H.265" }));
  const toggle = async () =>
    (await panel()).getByRole("switch", { name: /^Encode older footage as H\.265/ });
  const field = async (name: string) => (await panel()).getByLabelText(name);
  const save = () => screen.getByRole("button", { name: "Save changes" });

  it("is switched on with all that belongs to it, by a mask of its own", async () => {
    const { user, updateCamera } = openEditor();
    expect(await toggle()).not.toBeChecked();
    expect((await panel()).queryByLabelText("From an age of")).not.toBeInTheDocument();

    await user.click(await toggle());
    const h265 = await panel();
    expect(h265.getByText("Small differences in what is fine and moves.")).toBeVisible();
    await user.clear(await field("From an age of"));
    await user.type(await field("From an age of"), "36");
    await user.selectOptions(await field("Unit"), "hours");
    await user.click(h265.getByRole("radio", { name: "Small" }));
    expect(h265.getByText("Softer; saves most.")).toBeVisible();
    expect(await field("Only where it saves at least")).toHaveValue("15 %");
    await user.clear(await field("Only where it saves at least"));
    await user.type(await field("Only where it saves at least"), "20");
    await user.click(h265.getByRole("radio", { name: "At these times" }));
    await user.click(h265.getByRole("checkbox", { name: "Sunday" }));
    await user.click(save());

    await waitFor(() => expect(updateCamera).toHaveBeenCalled());
    expect(updateCamera.mock.calls[0]?.[0]).toMatchObject({
      camera: {
        record: {
          h265: {
            after: { seconds: 129_600n },
            quality: H265Quality.SMALL,
            minimumSavingPercent: 20,
            schedule: { hours: [{ days: [1, 2, 3, 4, 5, 6], startMinute: 0, endMinute: 1440 }] },
          },
        },
      },
      updateMask: { paths: ["record.h265"] },
    });
  });

  it("is switched off by a mask without a policy", async () => {
    const { user, updateCamera } = openEditor(camera({ record: { enabled: true, h265: {} } }));
    expect(await field("From an age of")).toHaveValue("0");

    await user.click(await toggle());
    await user.click(save());

    await waitFor(() => expect(updateCamera).toHaveBeenCalled());
    const { camera: sent, updateMask } = updateCamera.mock.calls[0]?.[0] ?? {};
    expect(sent?.record?.h265).toBeUndefined();
    expect(updateMask?.paths).toEqual(["record.h265"]);
  });

  it("says at the field what is wrong, puts the focus there, and saves nothing", async () => {
    const { user, updateCamera } = openEditor();
    await user.click(await toggle());
    await user.clear(await field("From an age of"));
    await user.clear(await field("Only where it saves at least"));
    await user.type(await field("Only where it saves at least"), "95");
    await user.click(save());

    const age = await field("From an age of");
    expect(age).toHaveAccessibleDescription("Give an age of 0 to 3650 days.");
    expect(age).toHaveFocus();
    expect(await field("Only where it saves at least")).toHaveAccessibleDescription(
      /Give 1 to 90 %\./,
    );
    await user.type(age, "1");
    expect(age).not.toHaveAccessibleDescription();
    expect(updateCamera).not.toHaveBeenCalled();
  });

  it("shows what the server refuses where it is entered", async () => {
    const updateCamera = () => {
      throw refusedFields({
        "camera.record.h265.minimum_saving_percent": "give 1 to 90",
        "camera.record.h265.schedule.hours[0]": "no such hours",
      });
    };
    const { user } = openEditor(camera(), { camera: { updateCamera } });
    await user.click(await toggle());
    await user.click((await panel()).getByRole("radio", { name: "At these times" }));
    await user.click(save());

    await waitFor(async () =>
      expect(await field("Only where it saves at least")).toHaveAccessibleDescription(
        /Give 1 to 90\./,
      ),
    );
    expect(await field("Only where it saves at least")).toHaveFocus();
    const hours = within(screen.getByRole("group", { name: "Hours 1" }));
    expect(hours.getByRole("alert")).toHaveTextContent("No such hours.");
  });

  it("says what it costs, and what this server encodes with", async () => {
    const coder = { name: "x265enc", codec: "H.265", device: CoderDevice.SOFTWARE, best: true };
    const { user } = openEditor(camera(), {
      system: { getSystemInfo: () => ({ encoderDetails: [coder] }) },
    });
    await user.click(await toggle());

    const h265 = await panel();
    expect(h265.getByText(/Browsers that cannot play H\.265/)).toBeVisible();
    expect(await h265.findByText(/with x265enc on the processor\. That is slow/)).toBeVisible();
    expect(h265.getByRole("link", { name: "Encoders of this server" })).toHaveAttribute(
      "href",
      "/system",
    );
  });

  it("warns where footage is deleted before it is old enough", async () => {
    const { user } = openEditor(camera(), {
      storage: { getStorage: () => ({ policy: { retentionDays: 7 } }) },
    });
    await user.click(await toggle());
    const h265 = await panel();
    expect(await h265.findByText(/deleted when it is 7 days old/)).toBeVisible();

    await user.type(screen.getByLabelText("Keep for"), "30");

    expect(h265.queryByText(/deleted when it is/)).not.toBeInTheDocument();
  });
});
