/** Adding a camera: what its streams are good for, its name, and saving it. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CreateCameraRequest, ProbeCameraRequest } from "../gen/ronin/v1/camera_pb";
import { camera, refusedFields } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";
import {
  connect,
  goOn,
  goToRecording,
  goToStreams,
  openWizard,
  part,
  seen,
  step,
  wrongPassword,
} from "../test/wizard";

beforeEach(() => stubMediaSource(() => true));

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
