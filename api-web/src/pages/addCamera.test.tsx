/** Adding a camera, step by step. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type {
  CreateCameraRequest,
  ProbeCameraRequest,
  ProbeCameraResponse,
} from "../gen/ronin/v1/camera_pb";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";
import { answersBoth, connect, goOn, goToRecording, goToStreams, seen } from "../test/wizard";

beforeEach(() => stubMediaSource(() => true));

function openWizard(parts: Parameters<typeof fakeServer>[0] = {}) {
  const probeCamera = vi.fn(answersBoth);
  const server = fakeServer({ ...parts, camera: { probeCamera, ...parts.camera } });
  return { ...openApp(server, { path: "/add-camera", token: TOKEN }), probeCamera };
}

const wrongPassword = () => {
  throw refusedFor(
    "CAMERA_UNAUTHORIZED",
    "192.168.1.20 refused the user name or password (401). Check both",
  );
};
const step = (name: string) =>
  within(screen.getByRole("navigation", { name: "Steps" })).getByRole("button", { name });
const part = (name: string) => screen.findByRole("region", { name });

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

describe("the streams", () => {
  it("are swapped with all that is known of them", async () => {
    const createCamera = vi.fn((_request: CreateCameraRequest) => ({ camera: camera() }));
    const probeCamera = ({ source }: ProbeCameraRequest) =>
      source?.path === "/main" ? seen(640, 360) : seen(1920, 1080);
    const { user } = openWizard({ camera: { probeCamera, createCamera } });

    await connect(user);
    await goToStreams(user);
    expect(screen.getByText("The main stream is smaller than the sub stream")).toBeVisible();
    await goOn(user, "Swap main and sub stream");

    expect(screen.queryByText(/is smaller than/)).not.toBeInTheDocument();
    expect(within(await part("Main stream")).getByText(/1920 × 1080/)).toBeVisible();
    await goOn(user);
    await user.type(await screen.findByLabelText("Name"), "Gate");
    await goOn(user, "Add camera");
    await waitFor(() => expect(createCamera).toHaveBeenCalled());
    expect(createCamera.mock.calls[0]?.[0]).toMatchObject({
      camera: { main: { path: "/sub" }, sub: { path: "/main", password: "secret" } },
    });
  });

  it("lead to the path of a sub stream where there is none", async () => {
    const { user } = openWizard();

    await connect(user, { subPath: "" });
    await goToStreams(user);
    const note = screen.getByRole("list", { name: "What to know about these streams" });
    expect(note).toHaveTextContent(/No sub stream.*It is set in the camera's own page/);
    await goOn(user, "Enter the path of a sub stream");

    await waitFor(() => expect(screen.getByLabelText("Path of the sub stream")).toHaveFocus());
  });

  it("are warned about where this browser cannot play them", async () => {
    stubMediaSource((type) => !type.includes("hvc1"));
    const probeCamera = () =>
      seen(1920, 1080, {
        streams: [
          {
            kind: 1,
            codec: "H.265 (Main Profile)",
            codecString: "hvc1.1.6.L120.90",
            width: 1920,
            height: 1080,
          },
        ],
      });
    const { user } = openWizard({ camera: { probeCamera } });

    await connect(user, { subPath: "" });
    await goToStreams(user);

    expect(screen.getByText("Nothing to see in this browser")).toBeVisible();
    expect(screen.getByText("Recordings will be silent")).toBeVisible();
  });

  it("say what recording takes, and what is free", async () => {
    const getStorage = () => ({
      volumes: [{ path: "/media", totalBytes: 1_000_000_000_000n, freeBytes: 436_000_000_000n }],
      policy: { reserveBytes: 4_000_000_000n },
    });
    const { user } = openWizard({ storage: { getStorage } });

    await connect(user);
    await goToStreams(user);

    expect(screen.getByText(/a day takes 43 GB and 30 days need 1\.3 TB\./)).toHaveTextContent(
      /432 GB are free for footage on \/media: enough for 10 days/,
    );
  });
});

describe("name and recording", () => {
  it("suggest a free id, and keep one that was typed", async () => {
    const { user } = openWizard({ cameras: [camera()] });

    await connect(user);
    await goToRecording(user);
    await user.type(screen.getByLabelText("Name"), "Front door");
    expect(screen.getByLabelText("Id")).toHaveValue("front-door-2");
    await user.clear(screen.getByLabelText("Id"));
    await user.type(screen.getByLabelText("Id"), "front-door");
    await user.type(screen.getByLabelText("Name"), "!");
    await goOn(user, "Add camera");

    expect(screen.getByLabelText("Id")).toHaveValue("front-door");
    expect(screen.getByLabelText("Id")).toHaveAccessibleDescription(/There is a camera with this/);
  });

  it("tell that footage of a removed camera lies under the id", async () => {
    const getStorage = () => ({
      cameras: [{ camera: "cameras/gate", removed: true, recordedBytes: 12_000_000_000n }],
    });
    const { user } = openWizard({ storage: { getStorage } });

    await connect(user);
    await goToRecording(user);
    await user.type(screen.getByLabelText("Name"), "Gate");

    expect(await screen.findByText(/removed camera had this id, and 12 GB/)).toBeVisible();
  });

  it("show what the server refuses at its field, in the step where that is", async () => {
    const createCamera = () => {
      throw refusedFields({ "camera.main.path": "only printable ASCII is possible here" });
    };
    const { user } = openWizard({ camera: { createCamera } });

    await connect(user);
    await goToRecording(user);
    await user.type(screen.getByLabelText("Name"), "Gate");
    await goOn(user, "Add camera");

    const path = await screen.findByLabelText("Path of the main stream");
    await waitFor(() => expect(path).toHaveFocus());
    expect(path).toHaveAccessibleDescription(/Only printable ASCII is possible here\./);
    await user.click(step("Name and recording"));
    expect(await screen.findByLabelText("Name")).toHaveValue("Gate");
  });

  it("show an error about no field above the buttons", async () => {
    const createCamera = () => {
      throw new ConnectError("the database is locked", Code.Unavailable);
    };
    const { user } = openWizard({ camera: { createCamera } });

    await connect(user);
    await goToRecording(user);
    await user.type(screen.getByLabelText("Name"), "Gate");
    await goOn(user, "Add camera");

    expect(await screen.findByRole("alert")).toHaveTextContent("The database is locked.");
  });
});

describe("without a check", () => {
  it("a camera is saved only by an explicit choice", async () => {
    const createCamera = vi.fn((_request: CreateCameraRequest) => ({ camera: camera() }));
    const { user, location } = openWizard({
      camera: { probeCamera: wrongPassword, createCamera },
    });

    await connect(user);
    await goOn(user, "Check the connection");
    const choice = await screen.findByRole("checkbox", { name: "Save without checking" });
    expect(choice).toHaveAccessibleDescription(/nothing is recorded until you correct it/);
    expect(screen.getByRole("button", { name: "Next" })).toBeDisabled();
    await user.click(choice);
    await goOn(user);
    await goOn(user);
    await user.type(await screen.findByLabelText("Name"), "Gate");
    const again = screen.getByRole("checkbox", { name: "Save without checking" });
    await user.click(again);
    expect(screen.getByRole("button", { name: "Add camera" })).toBeDisabled();
    await user.click(again);
    await goOn(user, "Add camera");

    await waitFor(() => expect(location()).toBe("/cameras/front-door"));
    expect(createCamera).toHaveBeenCalledOnce();
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
