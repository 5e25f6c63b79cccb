/** The calendar of coverage: what it asks for, what its cells say, and where they lead. */
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { GetCoverageRequest } from "../gen/ronin/v1/recording_pb";
import { addDays, timestampFromMs, viewerZone } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

const cameras = [camera(), camera({ id: "garage", displayName: "Garage" })];

/** October 2026 without footage before the 20th; the garage lacks half an hour of the 22nd. */
const getCoverage = vi.fn(({ cameras: names, startDay }: GetCoverageRequest) => ({
  cameras: names.map((name) => ({
    camera: name,
    days: Array.from({ length: 31 }, (_, index) => {
      const day = addDays(startDay, index);
      const expectedSeconds = index < 19 ? 0 : 86_400;
      const missing =
        name === "cameras/garage" && day === "2026-10-22"
          ? [{ cause: "CAMERA_UNREACHABLE", message: "no answer", seconds: 1_800, gaps: 2 }]
          : [];
      const recordedSeconds = expectedSeconds - (missing[0]?.seconds ?? 0);
      return {
        day,
        startTime: timestampFromMs(Date.parse(`${day}T00:00:00Z`)),
        endTime: timestampFromMs(Date.parse(`${day}T00:00:00Z`) + expectedSeconds * 1_000),
        expectedSeconds,
        recordedSeconds,
        coverage: expectedSeconds > 0 ? recordedSeconds / expectedSeconds : 0,
        missing,
      };
    }),
  })),
}));

function openCoverage(path = "/coverage?month=2026-10", recording = {}) {
  return openApp(fakeServer({ cameras, recording: { getCoverage, ...recording } }), {
    path,
    token: TOKEN,
  });
}

it("asks for the month in the viewer's time zone and is a table of days", async () => {
  openCoverage();

  const table = await screen.findByRole("table", {
    name: "Footage on disk in percent, October 2026",
  });
  expect(getCoverage.mock.calls[0]?.[0]).toMatchObject({
    cameras: ["cameras/front-door", "cameras/garage"],
    startDay: "2026-10-01",
    endDay: "2026-10-31",
    timeZone: viewerZone(),
  });
  expect(within(table).getAllByRole("columnheader")).toHaveLength(33);
  const garage = within(table).getByRole("row", { name: /^Garage/ });
  expect(within(garage).getByRole("rowheader")).toHaveTextContent("Garage");
  expect(garage).toHaveTextContent("99.8 %");
});

it("says in words what a day lacks, and leads to its footage", async () => {
  const { user, location } = openCoverage();

  const cell = await screen.findByRole("link", {
    name: /^Garage, .*22.*: 97 % on disk, 30 min missing\. 30 min in 2 gaps: No answer\.$/,
  });
  expect(cell).toHaveTextContent("97");
  await user.click(cell);

  await waitFor(() => expect(location()).toBe("/cameras/garage?day=2026-10-22"));
});

it("has one stop for the tab key and arrow keys between days", async () => {
  const { user } = openCoverage();
  const first = await screen.findByRole("link", { name: /^Front door, .*20.*100 %/ });
  const stops = screen
    .getAllByRole("link", { name: /on disk/ })
    .filter(({ tabIndex }) => tabIndex === 0);
  expect(stops).toEqual([first]);

  first.focus();
  await user.keyboard("{ArrowRight}{ArrowRight}{ArrowDown}");
  expect(document.activeElement).toHaveAccessibleName(/^Garage, .*22/);
  expect(await screen.findByRole("tooltip")).toHaveTextContent("30 min in 2 gaps: No answer.");
  await user.keyboard("{End}");
  expect(document.activeElement).toHaveAccessibleName(/^Garage, .*31/);
  await user.keyboard("{Home}{ArrowUp}{ArrowLeft}");
  expect(first).toHaveFocus();
});

it("goes from month to month in the address", async () => {
  const { user, location } = openCoverage();

  await user.click(await screen.findByRole("button", { name: "Month before" }));

  await waitFor(() => expect(location()).toBe("/coverage?month=2026-09"));
  expect(getCoverage.mock.calls.at(-1)?.[0]).toMatchObject({
    startDay: "2026-09-01",
    endDay: "2026-09-30",
  });
  await user.click(screen.getByRole("button", { name: "This month" }));
  await waitFor(() => expect(location()).toBe("/coverage"));
  expect(screen.getByRole("button", { name: "Month after" })).toBeDisabled();
});

it("leads to adding a camera when there is none", async () => {
  openApp(fakeServer({}), { path: "/coverage", token: TOKEN });

  expect(await screen.findByRole("link", { name: "Add your first camera" })).toBeVisible();
});

it("says when the month cannot be had", async () => {
  openCoverage("/coverage", {
    getCoverage: () => {
      throw refusedFor("DATABASE_AWAY", "the database does not answer");
    },
  });

  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
});
