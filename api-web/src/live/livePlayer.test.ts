/** Starting a live player and its recovery from errors. Stalls and stopping: `stalls.test`. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeHls, loadFakeHls } from "../test/fakeHls";
import {
  attached,
  media,
  network,
  playerWith,
  preparePlayerTest,
  SOURCE,
  still,
} from "../test/player";
import { HEALTHY_MS, MAX_RETRIES, RETRY_WAIT_MS } from "./livePlayer";

beforeEach(preparePlayerTest);

describe("starting", () => {
  it("loads the stream and plays once the picture moves", async () => {
    const { player, run, states } = playerWith();

    player.start(SOURCE);
    await attached();
    expect(player.state).toEqual({ kind: "loading" });
    expect(FakeHls.latest.calls).toEqual([`loadSource ${SOURCE.url}`, "attachMedia"]);

    await run(1_000);
    expect(states.map(({ kind }) => kind)).toEqual(["loading", "playing"]);
  });

  it("stays near the live edge without low-latency mode", async () => {
    playerWith().player.start(SOURCE);
    await attached();

    expect(FakeHls.latest.config).toMatchObject({
      lowLatencyMode: false,
      liveSyncDurationCount: 2,
      liveMaxLatencyDurationCount: 6,
      maxLiveSyncPlaybackRate: 1.5,
      backBufferLength: 10,
    });
  });

  it("does not take the jump to the live edge for a picture", async () => {
    const { player, losePicture, run } = playerWith();
    losePicture();

    player.start(SOURCE);
    await run(2_000);

    expect(player.state).toEqual({ kind: "loading" });
  });

  it("names the codec instead of loading what cannot be played", async () => {
    const { player } = playerWith();

    player.start({ ...SOURCE, codecs: ["hvc1.1.6.L120.90", "mp4a.40.2"] });
    await attached();

    expect(player.state).toEqual({ kind: "unsupported", codec: "hvc1.1.6.L120.90" });
    expect(FakeHls.made).toHaveLength(0);
  });

  it("uses the browser's own HLS only where hls.js cannot work", async () => {
    FakeHls.isAvailable = false;
    const { player, video, play } = playerWith();
    vi.spyOn(video, "canPlayType").mockReturnValue("maybe");

    player.start(SOURCE);
    await attached();

    expect(video.getAttribute("src")).toBe(SOURCE.url);
    expect(play).toHaveBeenCalled();
  });

  it("says so where neither works", async () => {
    FakeHls.isAvailable = false;
    const { player, video } = playerWith();
    vi.spyOn(video, "canPlayType").mockReturnValue("");

    player.start(SOURCE);
    await attached();

    expect(player.state).toEqual({
      kind: "failed",
      reason: "This browser cannot play live video.",
    });
  });

  it("asks for a click where the browser refuses to play", async () => {
    const { player, play, run } = playerWith();
    play.mockRejectedValueOnce(new DOMException("no", "NotAllowedError"));
    FakeHls.isAvailable = false;
    vi.spyOn(HTMLMediaElement.prototype, "canPlayType").mockReturnValue("maybe");

    player.start(SOURCE);
    await attached();
    expect(player.state).toEqual({ kind: "blocked" });

    player.resume();
    await run(1_000);
    expect(player.state).toEqual({ kind: "playing" });
  });

  it("ignores a library that arrives after it was stopped", async () => {
    const { player } = playerWith();

    player.start(SOURCE);
    player.stop();
    await attached();

    expect(FakeHls.made).toHaveLength(0);
    expect(player.state).toEqual({ kind: "idle" });
  });

  it("tries again when the library cannot be loaded", async () => {
    const loadHls = vi.fn(loadFakeHls).mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const { player } = playerWith(loadHls);

    player.start(SOURCE);
    await attached();
    expect(player.state).toMatchObject({ kind: "recovering", attempt: 1 });

    await still(RETRY_WAIT_MS[0] ?? 0);
    expect(FakeHls.made).toHaveLength(1);
  });
});

describe("network errors", () => {
  it("keeps the picture at the first error and asks for more", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);

    FakeHls.latest.fail(network());
    expect(player.state).toMatchObject({ kind: "recovering", attempt: 1 });

    await still(RETRY_WAIT_MS[0] ?? 0);
    expect(FakeHls.made).toHaveLength(1);
    expect(FakeHls.latest.calls.at(-1)).toBe("startLoad");

    await run(1_000);
    expect(player.state).toEqual({ kind: "playing" });
  });

  it("attaches anew at the second", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);
    FakeHls.latest.fail(network());
    await still(RETRY_WAIT_MS[0] ?? 0);

    const first = FakeHls.latest;
    first.fail(network());
    await still(RETRY_WAIT_MS[1] ?? 0);

    expect(first.calls.at(-1)).toBe("destroy");
    expect(FakeHls.made).toHaveLength(2);
  });

  it("attaches anew when the playlist itself is missing", async () => {
    const { player } = playerWith();
    player.start(SOURCE);
    await attached();

    FakeHls.latest.fail(network("manifestLoadError", 404));
    await still(RETRY_WAIT_MS[0] ?? 0);

    expect(FakeHls.made).toHaveLength(2);
  });

  it("gives up after five attempts with growing waits, and can be asked again", async () => {
    const { player } = playerWith();
    player.start(SOURCE);
    await attached();

    for (const [index, wait] of RETRY_WAIT_MS.entries()) {
      FakeHls.latest.fail(network("manifestLoadError"));
      expect(player.state).toMatchObject({ kind: "recovering", attempt: index + 1 });
      const made = FakeHls.made.length;
      await still(wait - 1);
      expect(FakeHls.made).toHaveLength(made);
      await still(1);
      expect(FakeHls.made).toHaveLength(made + 1);
    }
    FakeHls.latest.fail(network("manifestLoadError"));

    expect(RETRY_WAIT_MS).toHaveLength(MAX_RETRIES);
    expect(player.state).toEqual({
      kind: "failed",
      reason: "The video could not be fetched from the server.",
    });
    expect(FakeHls.latest.calls.at(-1)).toBe("destroy");

    player.reconnect();
    await attached();
    expect(player.state).toEqual({ kind: "loading" });
    FakeHls.latest.fail(network("manifestLoadError"));
    expect(player.state).toMatchObject({ kind: "recovering", attempt: 1 });
  });

  it("counts anew after a while of healthy playing", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);
    FakeHls.latest.fail(network());
    await still(RETRY_WAIT_MS[0] ?? 0);

    await run(HEALTHY_MS);
    FakeHls.latest.fail(network());

    expect(player.state).toMatchObject({ kind: "recovering", attempt: 1 });
  });

  it("counts two errors during one wait once", async () => {
    const { player } = playerWith();
    player.start(SOURCE);
    await attached();

    FakeHls.latest.fail(network("manifestLoadError"));
    FakeHls.latest.fail(network("manifestLoadError"));

    expect(player.state).toMatchObject({ kind: "recovering", attempt: 1 });
  });

  it("does not retry without a session", async () => {
    const { player } = playerWith();
    player.start(SOURCE);
    await attached();

    FakeHls.latest.fail(network("manifestLoadError", 401));

    expect(player.state).toMatchObject({ kind: "failed" });
    expect(player.state).toHaveProperty("reason", expect.stringContaining("session"));
  });

  it("leaves errors alone that hls.js handles itself", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);

    FakeHls.latest.fail({ ...network(), fatal: false });

    expect(player.state).toEqual({ kind: "playing" });
  });
});

describe("media errors", () => {
  it("are recovered first, then with the other audio codec, then by attaching anew", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);
    const hls = FakeHls.latest;

    hls.fail(media);
    expect(hls.calls.slice(2)).toEqual(["recoverMediaError"]);
    hls.fail(media);
    expect(hls.calls.slice(2)).toEqual([
      "recoverMediaError",
      "swapAudioCodec",
      "recoverMediaError",
    ]);
    hls.fail(media);
    await still(RETRY_WAIT_MS[0] ?? 0);

    expect(hls.calls.at(-1)).toBe("destroy");
    expect(FakeHls.made).toHaveLength(2);
  });

  it("name the codec when that is the problem", async () => {
    const { player } = playerWith();
    player.start(SOURCE);
    await attached();

    FakeHls.latest.fail({ type: "mediaError", details: "manifestIncompatibleCodecsError" });

    expect(player.state).toEqual({ kind: "unsupported", codec: "avc1.64001f" });
  });
});
