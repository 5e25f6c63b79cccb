/** Boxes over a live picture: wanted or not, where the picture is, and while it is shown. */
import { create } from "@bufbuild/protobuf";
import { MantineProvider } from "@mantine/core";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { AnalysedPictureSchema } from "../../gen/ronin/v1/detection_pb";
import { DetectionGate } from "../../gen/ronin/v1/event_pb";
import { timestampFromMs } from "../../lib/time";
import { type Magnification, WHOLE } from "../../live/magnification";
import { SeenPictures } from "../../live/seenPictures";
import { showPicture } from "../../test/picture";
import { BoxLayer } from "./BoxLayer";
import { BoxTool } from "./BoxTool";

const WALL = Date.UTC(2026, 10, 22, 12);
/** Twice as wide as it is high, for a picture of four by three. */
const FRAME = new DOMRect(0, 0, 800, 400);

afterEach(() => vi.restoreAllMocks());

const picture = (ms: number, label: string) =>
  create(AnalysedPictureSchema, {
    wallTime: timestampFromMs(WALL + ms),
    gate: DetectionGate.MOTION,
    boxes: [{ label, score: 0.87, trackId: 12n, x: 0.25, y: 0.5, width: 0.5, height: 0.25 }],
  });

/** A layer over a frame that shows the picture that was taken at `shownMs`. */
function openLayer(view: Magnification = WHOLE) {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(FRAME);
  const video = document.createElement("video");
  showPicture(video, 640, 480);
  const pictures = new SeenPictures();
  let shownMs: number | undefined;
  render(
    <BoxLayer
      pictures={pictures}
      frame={{ current: document.createElement("div") }}
      video={{ current: video }}
      view={view}
      shownMs={() => shownMs}
    />,
  );
  return {
    pictures,
    show: (ms: number) => {
      shownMs = WALL + ms;
    },
    boxes: () => within(screen.getByRole("list", { name: "Objects in the picture" })),
  };
}

it("are drawn when the picture is shown that they are of, and go a second later", async () => {
  const { pictures, show, boxes } = openLayer();
  show(0);
  act(() => pictures.add(picture(300, "person")));
  expect(boxes().queryByRole("listitem")).not.toBeInTheDocument();

  show(300);
  const box = await boxes().findByText("Person 87 %, track 12");
  expect(box.closest("li")?.style).toMatchObject({ left: "25%", top: "50%", width: "50%" });

  show(1_400);
  await waitFor(() => expect(boxes().queryByRole("listitem")).not.toBeInTheDocument());
});

it("lie where the picture lies in its frame", () => {
  openLayer();
  const layer = screen.getByRole("list").parentElement;
  const { left, width, top, height } = layer?.style ?? {};
  expect({ left, width, top, height }).toEqual({
    left: "16.667%",
    width: "66.667%",
    top: "0%",
    height: "100%",
  });
});

it("follow the picture when it is magnified and looked around in", () => {
  openLayer({ scale: 2, x: 0.1, y: -0.25 });
  const layer = screen.getByRole("list").parentElement;
  expect(layer?.style).toMatchObject({ left: "-36.667%", width: "133.333%", top: "0%" });
});

it("are switched by a button, and by a key where the page has one", async () => {
  const onShown = vi.fn();
  const user = userEvent.setup();
  render(
    <MantineProvider env="test">
      <BoxTool isShown={false} onShown={onShown} hasKey />
    </MantineProvider>,
  );
  const button = screen.getByRole("button", { name: "Boxes around objects" });
  expect(button).toHaveAttribute("aria-pressed", "false");

  await user.click(button);
  await user.keyboard("b");
  expect(onShown.mock.calls).toEqual([[true], [true]]);
});
