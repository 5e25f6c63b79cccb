/** Boxes over recorded footage: of one camera, of several, and of an event. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { ListEventsRequest } from "../gen/ronin/v1/event_pb";
import { HOUR_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, event, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const MOMENT = DAY + 6 * HOUR_MS;
const iso = encodeURIComponent(new Date(MOMENT).toISOString());
/** A person who goes from the left to the right in the second after the moment. */
const PERSON = event(7, {
  trackId: 12n,
  startTime: timestampFromMs(MOMENT),
  endTime: timestampFromMs(MOMENT + 1_000),
  path: [0, 1_000].map((ms) => ({
    time: timestampFromMs(MOMENT + ms),
    x: ms / 2_000,
    y: 0.25,
    width: 0.2,
    height: 0.5,
    score: 0.87,
  })),
});

const BOXES = "Boxes around objects in the footage";

beforeEach(() => {
  localStorage.clear();
  FakeHls.reset();
  stubMediaSource(() => true);
});

const hls = () => FakeHls.made.filter(({ calls }) => calls[0]?.includes("/playback/")).at(-1);

function open(path: string) {
  const listEvents = vi.fn(({ withPath }: ListEventsRequest) => ({
    events: withPath ? [PERSON] : [],
  }));
  const app = openApp(
    fakeServer({
      cameras: [camera()],
      event: {
        listEvents,
        getEvent: () => ({ event: PERSON }),
        explainEvent: () => ({ event: PERSON }),
      },
      recording: {
        getTimeline: () => ({
          timelines: [
            {
              camera: "cameras/front-door",
              recorded: [
                { startTime: timestampFromMs(DAY), endTime: timestampFromMs(DAY + 24 * HOUR_MS) },
              ],
              coverage: 1,
            },
          ],
        }),
        listSegments: () => ({}),
        getPlayback: () => ({ hlsPath: "/playback/front-door/i.m3u8", codecs: ["avc1.64001f"] }),
      },
    }),
    { path, token: TOKEN },
  );
  const asked = () => listEvents.mock.calls.filter(([{ withPath }]) => withPath);
  return { ...app, asked };
}

/** Loads what is played, and shows the picture so many milliseconds after the moment. */
async function show(label: string, ms: number) {
  await waitFor(() => expect(hls()).toBeDefined());
  const playlist = [{ start: 0, duration: 3_600, programDateTime: MOMENT }];
  act(() => hls()?.loaded(playlist));
  const video = screen.getByLabelText<HTMLVideoElement>(label);
  const showAt = (position: number) => {
    video.currentTime = position / 1_000;
    fireEvent.timeUpdate(video);
  };
  showAt(ms);
  return showAt;
}
const objects = () => screen.findByRole("list", { name: "Objects in the picture" });
const box = async () => within(await objects()).findByRole("listitem");

it("are drawn when a person wants them, where the object was at the moment that is shown", async () => {
  const { user, asked } = open(`/cameras/front-door?at=${iso}`);
  const showAt = await show("Recorded footage", 500);
  const button = screen.getByRole("button", { name: BOXES });
  expect(button).toHaveAttribute("aria-pressed", "false");
  expect(screen.queryByRole("list", { name: "Objects in the picture" })).not.toBeInTheDocument();
  expect(asked()).toHaveLength(0);

  await user.keyboard("b");
  expect(button).toHaveAttribute("aria-pressed", "true");
  expect(await box()).toHaveTextContent("Person 87 %, track 12");
  expect(await box()).toHaveStyle({ left: "25%", top: "25%", width: "20%" });
  const [request] = asked()[0] ?? [];
  expect(request).toMatchObject({ cameras: ["cameras/front-door"] });
  expect(timestampMs(request?.startTime)).toBeLessThanOrEqual(MOMENT);
  expect(timestampMs(request?.endTime)).toBeGreaterThan(MOMENT);

  showAt(1_000);
  await waitFor(async () => expect(await box()).toHaveStyle({ left: "50%" }));
  showAt(5_000);
  await waitFor(async () =>
    expect(within(await objects()).queryByRole("listitem")).not.toBeInTheDocument(),
  );
  expect(asked()).toHaveLength(1);

  await user.click(button);
  expect(screen.queryByRole("list", { name: "Objects in the picture" })).not.toBeInTheDocument();
});

it("are drawn over several cameras alike", async () => {
  const { user } = open(`/footage?cameras=front-door&at=${iso}`);
  await show("Recorded footage of Front door", 500);

  await user.click(screen.getByRole("button", { name: BOXES }));

  expect(await box()).toHaveTextContent("Person 87 %, track 12");
});

it("are drawn over the footage of an event from the beginning, and only its own", async () => {
  const { user, asked } = open("/events/7");
  await show("Recorded footage", 0);

  expect(await box()).toHaveStyle({ left: "0%" });
  expect(asked()).toHaveLength(0);
  await user.keyboard("b");
  expect(screen.queryByRole("list", { name: "Objects in the picture" })).not.toBeInTheDocument();
});
