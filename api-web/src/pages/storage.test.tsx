/** The disk: what is on it, the forecast, what each camera takes, and a change of what is kept. */
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import type {
  ListStorageDaysRequest,
  UpdateStoragePolicyRequest,
} from "../gen/ronin/v1/storage_pb";
import { dayKey, timestampFromMs, viewerZone } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";

const GB = 1_000_000_000n;
const DAY_MS = 86_400_000;
const NOW = Date.now();

const volume = {
  path: "/media",
  totalBytes: 1_000n * GB,
  freeBytes: 300n * GB,
  recordedBytes: 600n * GB,
  protectedBytes: 50n * GB,
  segments: 12_345n,
  full: false,
};
const policy = {
  retentionDays: 30,
  retentionMaxBytes: 0n,
  reserveBytes: 20n * GB,
  isCustom: false,
};
const disk = {
  volumes: [volume],
  policy,
  cameras: [
    {
      camera: "cameras/front-door",
      recordedBytes: 500n * GB,
      segments: 12_000n,
      oldestTime: timestampFromMs(NOW - 20 * DAY_MS),
      newestTime: timestampFromMs(NOW),
      bytesPerDay: 25n * GB,
    },
    { camera: "cameras/old-gate", removed: true, recordedBytes: 100n * GB, segments: 345n },
  ],
  forecast: {
    bytesPerDay: 25n * GB,
    neededBytes: 750n * GB,
    daysThatFit: 34.5,
    message: "full in 11 days; 30 days need 750 GB",
  },
};
const door = camera({
  record: { enabled: true, audio: true, retentionDays: 7, retentionMaxBytes: 200n * GB },
});

function openStorage(storage = {}, { role = Role.ADMIN, path = "/storage" } = {}) {
  return openApp(
    fakeServer({ cameras: [door], role, storage: { getStorage: () => disk, ...storage } }),
    { path, token: TOKEN },
  );
}

const deletes = (deletedBytes: bigint) =>
  vi.fn((request: UpdateStoragePolicyRequest) => ({
    policy: request.policy,
    deletedBytes,
    message: "footage before 15 November is deleted",
  }));

it("shows what is on the disk and for how long it will do", async () => {
  openStorage();

  expect(await screen.findByText("Full in 11 days; 30 days need 750 GB.")).toBeVisible();
  expect(
    screen.getByRole("img", {
      name: "Of 1.0 TB: Footage 550 GB, Protected footage 50 GB, Other files 100 GB, Free for footage 280 GB, Reserve, stays free 20 GB",
    }),
  ).toBeVisible();
  expect(screen.queryByText(/The disk is full/)).not.toBeInTheDocument();
});

it("says what to do when the disk is full", async () => {
  openStorage({ getStorage: () => ({ ...disk, volumes: [{ ...volume, full: true }] }) });

  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The disk is full: recording pauses");
  expect(within(alert).getByRole("list", { name: "What to do" })).toHaveTextContent(/protection/);
});

it("lists what each camera takes, with its own limits, and marks those that were removed", async () => {
  openStorage();

  const row = await screen.findByRole("row", { name: /Front door/ });
  expect(row).toHaveTextContent("500 GB");
  expect(row).toHaveTextContent("20 d");
  expect(row).toHaveTextContent("25 GB");
  expect(row).toHaveTextContent("7 days, at most 200 GB");
  expect(within(row).getByRole("link", { name: "Front door" })).toHaveAttribute(
    "href",
    "/cameras/front-door",
  );
  const gone = screen.getByRole("row", { name: /old-gate/ });
  expect(gone).toHaveTextContent("removed");
  expect(gone).toHaveTextContent("nothing yet");
  expect(within(gone).queryByRole("link")).not.toBeInTheDocument();
});

it("shows the days of a camera, which is in the address", async () => {
  const today = dayKey(NOW);
  const listStorageDays = vi.fn((_request: ListStorageDaysRequest) => ({
    days: [{ day: today, recordedBytes: 5n * GB, segments: 3n }],
  }));
  const { user, location } = openStorage({ listStorageDays });

  await user.click(await screen.findByRole("button", { name: "Days of Front door" }));

  const table = await screen.findByRole("table", { name: /Footage of Front door by day/ });
  expect(location()).toBe("/storage?camera=front-door");
  expect(within(table).getAllByRole("row")).toHaveLength(31);
  expect(within(table).getAllByRole("row").at(-1)).toHaveTextContent(/5\.0 GB3 segments$/);
  expect(listStorageDays.mock.calls[0]?.[0]).toMatchObject({
    camera: "cameras/front-door",
    endDay: today,
    timeZone: viewerZone(),
  });
});

it("says what a change would delete before it makes it", async () => {
  const updateStoragePolicy = deletes(240n * GB);
  const { user } = openStorage({ updateStoragePolicy });

  const days = await screen.findByRole("textbox", { name: "Days" });
  expect(days).toHaveValue("30 days");
  await user.clear(days);
  await user.type(days, "10");
  await user.click(screen.getByRole("button", { name: "What would change?" }));

  const outcome = await screen.findByRole("status", { name: /240 GB of footage would be deleted/ });
  expect(outcome).toHaveTextContent("Footage before 15 November is deleted.");
  expect(outcome).toHaveTextContent("Nothing is changed yet.");
  expect(updateStoragePolicy.mock.calls[0]?.[0]).toMatchObject({
    policy: { retentionDays: 10 },
    updateMask: { paths: ["retention_days"] },
    validateOnly: true,
  });

  await user.click(screen.getByRole("button", { name: "Save and delete 240 GB" }));

  await screen.findByText("What is kept is changed.");
  expect(updateStoragePolicy).toHaveBeenCalledTimes(2);
  expect(updateStoragePolicy.mock.calls[1]?.[0]).toMatchObject({
    policy: { retentionDays: 10 },
    updateMask: { paths: ["retention_days"] },
    validateOnly: false,
  });
});

it("asks again when the numbers change after they were checked", async () => {
  const { user } = openStorage({ updateStoragePolicy: deletes(0n) });

  const size = await screen.findByRole("textbox", { name: "Size" });
  await user.type(size, "700");
  await user.click(screen.getByRole("button", { name: "What would change?" }));
  expect(await screen.findByRole("status", { name: "Nothing would be deleted" })).toBeVisible();

  await user.type(size, "0");

  expect(screen.queryByRole("button", { name: "Save" })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "What would change?" })).toBeEnabled();
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(size).toHaveValue("");
  expect(screen.getByRole("button", { name: "What would change?" })).toBeDisabled();
});

it("shows what the server refuses at the fields", async () => {
  const updateStoragePolicy = () => {
    throw refusedFields({ "policy.reserve_bytes": "the disk is smaller than this" });
  };
  const { user } = openStorage({ updateStoragePolicy });

  const reserve = await screen.findByRole("textbox", { name: "Reserve" });
  await user.clear(reserve);
  await user.type(reserve, "9000");
  await user.click(screen.getByRole("button", { name: "What would change?" }));

  await waitFor(() =>
    expect(reserve).toHaveAccessibleDescription(/The disk is smaller than this\./),
  );
});

it("lets only administrators change it", async () => {
  openStorage({}, { role: Role.VIEWER });

  expect(await screen.findByText("Only an administrator can change this.")).toBeVisible();
  expect(screen.getByText(/Footage is kept for 30 days/)).toBeVisible();
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});

it("says when the disk cannot be read", async () => {
  openStorage({
    getStorage: () => {
      throw refusedFor("STORAGE_READ_ONLY", "the footage folder cannot be read");
    },
  });

  expect(await screen.findByRole("alert")).toHaveTextContent("The footage folder cannot be read.");
});
