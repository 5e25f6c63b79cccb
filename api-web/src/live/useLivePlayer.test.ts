/** The player bound to a component. */
import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { FakeHls, loadFakeHls } from "../test/fakeHls";
import { useLivePlayer } from "./useLivePlayer";

const SOURCE = {
  camera: "cameras/door",
  sound: false,
  prefersSub: false,
  url: "/live/door/index.m3u8",
  codecs: [],
};

beforeEach(() => FakeHls.reset());

const ref = () => ({ current: document.createElement("video") });

function playerHook() {
  const [first, second] = [ref(), ref()];
  return renderHook(
    ({ source, isServerThere }) =>
      useLivePlayer(first, second, source, { isServerThere, loadHls: loadFakeHls }),
    { initialProps: { source: SOURCE as typeof SOURCE | undefined, isServerThere: true } },
  );
}

it("plays while there is a source and lets go when there is none", async () => {
  const { result, rerender } = playerHook();
  await waitFor(() => expect(FakeHls.made).toHaveLength(1));
  expect(result.current.state).toEqual({ kind: "loading" });

  rerender({ source: undefined, isServerThere: true });

  expect(FakeHls.latest.calls.at(-1)).toBe("destroy");
  expect(result.current.state).toEqual({ kind: "idle" });
});

it("tries again by itself when the server is back after it gave up", async () => {
  const { result, rerender } = playerHook();
  await waitFor(() => expect(FakeHls.made).toHaveLength(1));
  act(() => FakeHls.latest.fail({ type: "networkError", details: "manifestLoadError", code: 401 }));
  expect(result.current.state).toMatchObject({ kind: "failed" });

  rerender({ source: SOURCE, isServerThere: false });
  expect(FakeHls.made).toHaveLength(1);
  rerender({ source: SOURCE, isServerThere: true });

  await waitFor(() => expect(FakeHls.made).toHaveLength(2));
  expect(result.current.state).toEqual({ kind: "loading" });
});

it("leaves a player that works alone when the server is back", async () => {
  const { rerender } = playerHook();
  await waitFor(() => expect(FakeHls.made).toHaveLength(1));

  rerender({ source: SOURCE, isServerThere: false });
  rerender({ source: SOURCE, isServerThere: true });

  expect(FakeHls.made).toHaveLength(1);
  expect(FakeHls.latest.calls).not.toContain("destroy");
});
