/** Adding a camera, step by step. */
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type {
  CreateCameraRequest,
  ProbeCameraRequest,
  ProbeCameraResponse,
} from "../gen/ronin/v1/camera_pb";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";
import {
  answersBoth,
  connect,
  goOn,
  goToRecording,
  goToStreams,
  openWizard,
  part,
  step,
  wrongPassword,
} from "../test/wizard";

beforeEach(() => stubMediaSource(() => true));

it("adds a camera with what was entered on the way, under an id made of its name", async () => {
  const createCamera = vi.fn((_request: CreateCameraRequest) => ({ camera: camera() }));
  const { user, location } = openWizard({ camera: { createCamera } });

  await connect(user);
  await goToRecording(user);
  await user.type(screen.getByLabelText("Name"), "Front door");
  expect(screen.getByLabelText("Id")).toHaveValue("front-door");
  await user.click(screen.getByRole("switch", { name: /Record sound too/ }));
  await goOn(user, "Add camera");

  await waitFor(() => expect(location()).toBe("/cameras/front-door"));
  const source = { host: "192.168.1.20", username: "viewer", password: "secret" };
  expect(createCamera.mock.calls[0]?.[0]).toMatchObject({
    cameraId: "front-door",
    camera: {
      displayName: "Front door",
      enabled: true,
      main: { ...source, path: "/main" },
      sub: { ...source, path: "/sub" },
      record: { enabled: true, audio: false },
    },
  });
});

describe("the connection", () => {
  it("takes a pasted address apart and fills in the brand and the sub stream", async () => {
    const { user } = openWizard();

    await user.click(await screen.findByLabelText("Address"));
    await user.paste("rtsp://me:se%40cret@192.168.1.20:8554/cam/realmonitor?channel=1&subtype=0");

    expect(screen.getByLabelText("Address")).toHaveValue("192.168.1.20");
    expect(screen.getByLabelText("Port")).toHaveValue("8554");
    expect(screen.getByLabelText("User name")).toHaveValue("me");
    expect(screen.getByLabelText("Password")).toHaveValue("se@cret");
    expect(screen.getByLabelText("Brand")).toHaveDisplayValue("Amcrest, Dahua");
    expect(screen.getByLabelText("Path of the sub stream")).toHaveValue(
      "/cam/realmonitor?channel=1&subtype=1",
    );
    expect(screen.getByText(/The address is taken apart/)).toHaveAttribute("role", "status");
  });

  it("takes an address that was typed apart when it is left or sent", async () => {
    const { user, probeCamera } = openWizard();

    await user.type(await screen.findByLabelText("Address"), "rtsp://192.168.1.20/main{Enter}");

    await screen.findByText("Main stream works");
    expect(probeCamera.mock.calls[0]?.[0]).toMatchObject({
      source: { host: "192.168.1.20", path: "/main" },
    });
  });

  it("says at the field what is wrong with an address, and checks nothing", async () => {
    const { user, probeCamera } = openWizard();
    const address = await screen.findByLabelText("Address");

    await goOn(user, "Check the connection");
    expect(address).toHaveAccessibleDescription(/host name or IP address\./);
    expect(address).toHaveFocus();

    await user.type(address, "http://192.168.1.20/{Enter}");
    expect(address).toHaveAccessibleDescription(/begins with http:/);
    expect(screen.getByRole("heading", { name: "Connection" })).toBeVisible();
    expect(probeCamera).not.toHaveBeenCalled();
  });

  it("fills in the paths of the brand", async () => {
    const { user } = openWizard();

    await user.selectOptions(await screen.findByLabelText("Brand"), "TP-Link Tapo");

    expect(screen.getByLabelText("Path of the main stream")).toHaveValue("/stream1");
    expect(screen.getByLabelText("Path of the sub stream")).toHaveValue("/stream2");
    expect(screen.getByLabelText("Brand")).toHaveAccessibleDescription(/camera account/);
  });

  it("takes a sub stream that is elsewhere", async () => {
    const { user, probeCamera } = openWizard();

    await connect(user, { subPath: "" });
    await user.click(screen.getByRole("button", { name: "More options" }));
    await user.click(screen.getByLabelText("The sub stream has another address or sign-in"));
    await user.type(screen.getByLabelText("Address of the sub stream"), "rtsp://a:b@recorder/sub");
    await goOn(user, "Check the connection");

    await screen.findByText("Sub stream works");
    expect(probeCamera.mock.calls[1]?.[0]).toMatchObject({
      source: { host: "recorder", path: "/sub", username: "a", password: "b" },
    });
  });
});

describe("the check", () => {
  it("tries both streams at once and shows what each sends", async () => {
    const answers: (() => void)[] = [];
    const probeCamera = (request: ProbeCameraRequest) =>
      new Promise<ProbeCameraResponse>((resolve) => {
        answers.push(() => resolve(answersBoth(request)));
      });
    const { user } = openWizard({ camera: { probeCamera } });

    await connect(user);
    await goOn(user, "Check the connection");
    await waitFor(() => expect(answers).toHaveLength(2));
    for (const answer of answers) {
      answer();
    }

    const main = within(await part("Main stream"));
    expect(await main.findByRole("img", { name: "Picture of the main stream" })).toBeVisible();
    expect(main.getByText(/1920 × 1080 · 25 fps · 4\.0 Mb\/s/)).toBeVisible();
    expect(main.getByText("AAC")).toBeVisible();
    expect(within(await part("Sub stream")).getByText(/640 × 360/)).toBeVisible();
    expect(screen.getByRole("heading", { name: "Check" })).toHaveFocus();
  });

  it("shows the main stream where the sub stream fails, and goes on", async () => {
    const probeCamera = (request: ProbeCameraRequest) => {
      if (request.source?.path === "/sub") {
        throw refusedFor("CAMERA_PATH_NOT_FOUND", "192.168.1.20 has no stream at /sub (404)");
      }
      return answersBoth(request);
    };
    const { user } = openWizard({ camera: { probeCamera } });

    await connect(user);
    await goOn(user, "Check the connection");

    const sub = within(await part("Sub stream"));
    expect(await sub.findByRole("alert")).toHaveTextContent(/no stream at \/sub \(404\)\./);
    expect(sub.getByRole("list", { name: "What to do" })).toHaveTextContent(/manual/);
    expect(await screen.findByText("Main stream works")).toBeVisible();
    await goOn(user);
    expect(await screen.findByText("The sub stream was not seen")).toBeVisible();
  });

  it("asks for the password again where it was refused, and keeps everything else", async () => {
    let isRight = false;
    const probeCamera = vi.fn((request: ProbeCameraRequest) =>
      isRight ? answersBoth(request) : wrongPassword(),
    );
    const { user } = openWizard({ camera: { probeCamera } });

    await connect(user);
    await goOn(user, "Check the connection");

    const main = within(await part("Main stream"));
    expect(await main.findByText("The camera refused the user name or password")).toBeVisible();
    const password = screen.getByLabelText("Password");
    await waitFor(() => expect(password).toHaveFocus());
    expect(password).toHaveValue("secret");
    expect(password).toHaveAccessibleDescription("The camera refused it.");
    expect(screen.getByLabelText("User name")).toHaveValue("viewer");
    expect(screen.getByRole("button", { name: "Next" })).toBeDisabled();

    isRight = true;
    await user.clear(password);
    await user.type(password, "right{Enter}");
    expect(await screen.findByText("Main stream works")).toBeVisible();
    for (const path of ["/main", "/sub"]) {
      const source = { host: "192.168.1.20", username: "viewer", password: "right", path };
      expect(probeCamera).toHaveBeenCalledWith(
        expect.objectContaining({ source: expect.objectContaining(source) }),
        expect.anything(),
      );
    }
    await waitFor(() => expect(screen.getByRole("button", { name: "Next" })).toHaveFocus());
  });

  it("can be stopped", async () => {
    const probeCamera = () => new Promise<ProbeCameraResponse>(() => undefined);
    const { user } = openWizard({ camera: { probeCamera } });

    await connect(user);
    await goOn(user, "Check the connection");
    await goOn(user, "Stop the check");

    expect(await screen.findByRole("button", { name: "Check the connection" })).toBeVisible();
    expect(screen.getByText("The main stream was not seen")).toBeVisible();
  });

  it("is made again only where the connection has changed", async () => {
    const { user, probeCamera } = openWizard();

    await connect(user);
    await goToStreams(user);
    await user.click(step("Connection"));
    await goOn(user, "Check the connection");
    expect(await screen.findByText("Main stream works")).toBeVisible();
    expect(probeCamera).toHaveBeenCalledTimes(2);

    await goOn(user, "Back");
    await user.type(screen.getByLabelText("Path of the main stream"), "-2");
    await user.click(step("Streams"));
    expect(await part("Main stream")).toHaveTextContent(/Not checked/);
    await user.click(step("Check"));
    expect(await screen.findByText("Main stream works")).toBeVisible();
    expect(probeCamera).toHaveBeenCalledTimes(4);
  });
});

it("keeps everything on the way back, by button and by step", async () => {
  const { user, location } = openWizard();

  await connect(user);
  await goToRecording(user);
  expect(location()).toBe("/add-camera?step=recording");
  await user.type(screen.getByLabelText("Name"), "Gate");
  await user.type(screen.getByLabelText("Keep for"), "7");
  await goOn(user, "Back");
  expect(await screen.findByRole("heading", { name: "Streams" })).toHaveFocus();
  expect(step("Streams")).toHaveAttribute("aria-current", "step");
  await user.click(step("Connection"));

  expect(await screen.findByLabelText("Address")).toHaveValue("192.168.1.20");
  expect(screen.getByLabelText("Password")).toHaveValue("secret");
  await user.click(step("Name and recording"));
  expect(await screen.findByLabelText("Name")).toHaveValue("Gate");
  expect(screen.getByLabelText("Keep for")).toHaveValue("7 days");
});

it("begins at the beginning where the address asks for a later step", async () => {
  openApp(fakeServer({}), { path: "/add-camera?step=recording", token: TOKEN });

  expect(await screen.findByRole("heading", { name: "Connection" })).toBeVisible();
  expect(step("Check")).toHaveAttribute("aria-disabled", "true");
});
