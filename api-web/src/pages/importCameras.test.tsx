/** Lists of cameras: saved as a file, and added from one. */
import { Code } from "@connectrpc/connect";
import { screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import type { CreateCameraRequest } from "../gen/ronin/v1/camera_pb";
import { cameraListOf } from "../lib/cameraList";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";

const THREE = ["door", "gate", "yard"].map((id) => camera({ id, displayName: `The ${id}` }));
const file = (text: string) => new File([text], "cameras.json", { type: "application/json" });

/** A server with the door, which wants no yard. */
function pickyServer() {
  const stored: string[] = [];
  const createCamera = vi.fn(({ cameraId, camera: wanted, validateOnly }: CreateCameraRequest) => {
    if (cameraId === "door") {
      throw refusedFor("CAMERA_ALREADY_EXISTS", "there is one", Code.AlreadyExists);
    }
    if (cameraId === "yard") {
      throw refusedFields({ "camera.main.host": "name a host" });
    }
    if (!validateOnly) {
      stored.push(cameraId);
    }
    return { camera: { ...wanted, id: cameraId, name: `cameras/${cameraId}` } as never };
  });
  return { stored, server: fakeServer({ cameras: [], camera: { createCamera } }) };
}

/** What the browser opens when the button of the field is pressed. */
const fileInput = () =>
  document.querySelector<HTMLInputElement>('input[type="file"]') as HTMLElement;

const row = async (name: string) =>
  within(await screen.findByRole("row", { name: new RegExp(`^${name}`) }));

it("checks each camera of a file, and adds those that are new and good", async () => {
  const { stored, server } = pickyServer();
  const { user } = openApp(server, { path: "/import-cameras", token: TOKEN });
  await screen.findByRole("button", { name: "List of cameras" });
  await user.upload(fileInput(), file(cameraListOf(THREE)));

  expect(await (await row("The door")).findByText("Is there already")).toBeVisible();
  expect(await (await row("The gate")).findByText("Can be added")).toBeVisible();
  expect(await (await row("The yard")).findByText(/Name a host\./)).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent(
    "3 in the file · 1 can be added · 1 there already · 1 refused",
  );
  expect(stored).toEqual([]);

  await user.click(screen.getByRole("button", { name: "Add 1 camera" }));
  expect(await (await row("The gate")).findByText("Added")).toBeVisible();
  expect(stored).toEqual(["gate"]);
  await user.click(screen.getByRole("link", { name: "Show cameras" }));
  expect(await screen.findByRole("heading", { name: "Cameras" })).toBeVisible();
});

it("says what is wrong with a file", async () => {
  const { user } = openApp(fakeServer({}), { path: "/import-cameras", token: TOKEN });
  await screen.findByRole("button", { name: "List of cameras" });

  await user.upload(fileInput(), file("{}"));
  expect(await screen.findByText(/It is no list of cameras\./)).toBeVisible();

  await user.upload(fileInput(), file(cameraListOf([])));
  expect(await screen.findByText("There is no camera in it.")).toBeVisible();
  expect(screen.queryByRole("table")).toBeNull();
});

it("saves the list of all cameras, and leads administrators to adding one", async () => {
  const made = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:list");
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const { user } = openApp(fakeServer({ cameras: THREE }), { path: "/cameras", token: TOKEN });

  await user.click(await screen.findByRole("button", { name: "List of cameras" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save as a file" }));
  const saved = made.mock.calls[0]?.[0] as Blob;
  expect(await saved.text()).toBe(cameraListOf(THREE));

  await user.click(await screen.findByRole("button", { name: "List of cameras" }));
  expect(await screen.findByRole("menuitem", { name: "Add from a file" })).toHaveAttribute(
    "href",
    "/import-cameras",
  );
});

it("offers viewers no adding", async () => {
  const server = fakeServer({ cameras: THREE, role: Role.VIEWER });
  const { user } = openApp(server, { path: "/cameras", token: TOKEN });

  await user.click(await screen.findByRole("button", { name: "List of cameras" }));
  expect(await screen.findByRole("menuitem", { name: "Save as a file" })).toBeVisible();
  expect(screen.queryByRole("menuitem", { name: "Add from a file" })).toBeNull();
});
