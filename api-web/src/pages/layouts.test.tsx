/** The live page: named layouts, which the server keeps for everybody. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import { type Layout, LayoutSchema, type UpdateLayoutRequest } from "../gen/ronin/v1/layout_pb";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

beforeEach(() => FakeHls.reset());

const cameras = [1, 2, 3].map((n) => camera({ id: `cam-${n}`, displayName: `Camera ${n}` }));

/** A server that keeps layouts. */
function keeper(...names: [string, number[]][]) {
  let made = 0;
  const layouts: Layout[] = [];
  const updates: UpdateLayoutRequest[] = [];
  const add = (displayName: string, shown: readonly string[], columns = 0) => {
    made += 1;
    const layout = create(LayoutSchema, {
      name: `layouts/${made}`,
      displayName,
      cameras: [...shown],
      columns,
    });
    layouts.push(layout);
    return layout;
  };
  for (const [name, numbers] of names) {
    add(
      name,
      numbers.map((n) => `cameras/cam-${n}`),
    );
  }
  return {
    layouts,
    updates,
    service: {
      listLayouts: () => ({ layouts }),
      createLayout: ({ layout }: { layout?: Layout }) => {
        if (layouts.some(({ displayName }) => displayName === layout?.displayName)) {
          throw refusedFor(
            "LAYOUT_ALREADY_EXISTS",
            "there is one of this name",
            Code.AlreadyExists,
          );
        }
        return { layout: add(layout?.displayName ?? "", layout?.cameras ?? [], layout?.columns) };
      },
      updateLayout: (request: UpdateLayoutRequest) => {
        updates.push(request);
        const layout = layouts.find(({ name }) => name === request.layout?.name);
        if (layout === undefined) {
          throw new ConnectError("there is no such layout", Code.NotFound);
        }
        if (request.updateMask?.paths.includes("cameras")) {
          layout.cameras = request.layout?.cameras ?? [];
        }
        if (request.updateMask?.paths.includes("display_name")) {
          layout.displayName = request.layout?.displayName ?? "";
        }
        return { layout };
      },
      deleteLayout: ({ name }: { name: string }) => {
        layouts.splice(
          layouts.findIndex((layout) => layout.name === name),
          1,
        );
        return {};
      },
    },
  };
}

async function open(server: ReturnType<typeof keeper>, { path = "/live", role = Role.ADMIN } = {}) {
  const app = openApp(fakeServer({ cameras, role, layout: server.service }), {
    path,
    token: TOKEN,
  });
  await screen.findByRole("heading", { name: "Live" });
  return app;
}

const menu = (label: string) => screen.findByRole("button", { name: `Layout: ${label}` });
const order = () =>
  screen
    .queryAllByLabelText(/^Live picture of/)
    .map((video) => video.getAttribute("aria-label")?.replace("Live picture of Camera ", ""))
    .join(" ");

it("shows the cameras of a layout in its order, and all again", async () => {
  const { user, location } = await open(keeper(["Doors", [3, 1]]));
  expect(order()).toBe("1 2 3");

  await user.click(await menu("All cameras"));
  await user.click(await screen.findByRole("menuitemradio", { name: "Doors" }));
  expect(order()).toBe("3 1");
  expect(location()).toBe("/live?show=1");

  await user.click(await menu("Doors"));
  await user.click(await screen.findByRole("menuitemradio", { name: "All cameras" }));
  expect(order()).toBe("1 2 3");
  expect(location()).toBe("/live");
});

it("saves what is shown as a layout, and says where a name is taken", async () => {
  const server = keeper(["Doors", [1]]);
  const { user } = await open(server, { path: "/live?layout=2" });
  await user.click(await menu("All cameras"));
  await user.click(await screen.findByRole("menuitem", { name: /Save as a new layout/ }));

  const dialog = await screen.findByRole("dialog", { name: "New layout" });
  const name = within(dialog).getByRole("textbox", { name: "Name" });
  await user.type(name, "Doors{Enter}");
  expect(await within(dialog).findByText("There is one of this name.")).toBeVisible();

  await user.clear(name);
  await user.type(name, "Yard{Enter}");
  expect(await menu("Yard")).toBeVisible();
  expect(server.layouts.at(-1)).toMatchObject({
    displayName: "Yard",
    cameras: ["cameras/cam-1", "cameras/cam-2", "cameras/cam-3"],
    columns: 2,
  });
});

it("changes the layout that is shown, for everybody", async () => {
  const server = keeper(["Doors", [1, 2]]);
  const { user } = await open(server, { path: "/live?show=1" });
  await menu("Doors");
  await user.click(screen.getByRole("button", { name: "Arrange" }));
  await user.click(screen.getByRole("button", { name: "Camera 1 later" }));
  expect(order()).toBe("2 1");
  await user.click(screen.getByRole("button", { name: "Put back Camera 3" }));
  expect(order()).toBe("2 1 3");

  await waitFor(() =>
    expect(server.layouts[0]?.cameras).toEqual(["cameras/cam-2", "cameras/cam-1", "cameras/cam-3"]),
  );
  expect(server.updates.map(({ updateMask }) => updateMask?.paths)).toEqual([
    ["cameras"],
    ["cameras"],
  ]);
});

it("renames and removes a layout", async () => {
  const server = keeper(["Doors", [1, 2]]);
  const { user } = await open(server, { path: "/live?show=1" });
  await user.click(await menu("Doors"));
  await user.click(await screen.findByRole("menuitem", { name: "Rename Doors…" }));
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "Entrances{Enter}");

  await user.click(await menu("Entrances"));
  await user.click(await screen.findByRole("menuitem", { name: "Remove Entrances…" }));
  await user.click(await screen.findByRole("button", { name: "Remove layout" }));
  expect(await menu("All cameras")).toBeVisible();
  expect(server.layouts).toEqual([]);
  expect(order()).toBe("1 2 3");
});

it("lets viewers choose layouts and change none", async () => {
  const { user } = await open(keeper(["Doors", [1, 2]]), {
    path: "/live?show=1",
    role: Role.VIEWER,
  });
  await user.click(await menu("Doors"));
  expect(await screen.findAllByRole("menuitemradio")).toHaveLength(2);
  expect(screen.queryByRole("menuitem")).toBeNull();
  expect(screen.queryByRole("button", { name: "Arrange" })).toBeNull();
});

it("shows all cameras where the layout of the address is gone", async () => {
  await open(keeper(), { path: "/live?show=7" });
  expect(order()).toBe("1 2 3");
});
