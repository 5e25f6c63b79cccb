/** What a live player does about a picture that stands still, and how it stops. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeHls } from "../test/fakeHls";
import { attached, network, playerWith, preparePlayerTest, SOURCE, still } from "../test/player";
import { MAX_RETRIES, RETRY_WAIT_MS, STALL_MS } from "./livePlayer";

beforeEach(preparePlayerTest);

describe("stalls", () => {
  it("jumps to the live edge when the picture stands still, then plays on", async () => {
    const { player, run, position } = playerWith();
    player.start(SOURCE);
    await run(2_000);
    FakeHls.latest.liveSyncPosition = 90;

    await still(STALL_MS);
    expect(position()).toBe(90);
    expect(player.state).toEqual({ kind: "playing" });

    await run(2_000);
    expect(FakeHls.made).toHaveLength(1);
  });

  it("attaches anew when the jump did not help", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(2_000);

    await still(2 * STALL_MS);
    expect(player.state).toMatchObject({
      kind: "recovering",
      attempt: 1,
      reason: "The picture stood still.",
    });

    await still(RETRY_WAIT_MS[0] ?? 0);
    expect(FakeHls.made).toHaveLength(2);
  });

  it("gives up a stream that never moves", async () => {
    const { player } = playerWith();
    player.start(SOURCE);

    await still((MAX_RETRIES + 1) * 2 * STALL_MS + 60_000);

    expect(player.state).toEqual({ kind: "failed", reason: "The picture stood still." });
  });

  it("does not count while nobody looks", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(2_000);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);

    await still(10 * STALL_MS);

    expect(player.state).toEqual({ kind: "playing" });
    hidden.mockRestore();
  });
});

describe("stopping", () => {
  it("lets go of everything and does nothing more", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);
    FakeHls.latest.fail(network());

    player.stop();
    await still(60_000);

    expect(FakeHls.latest.calls.at(-1)).toBe("destroy");
    expect(FakeHls.made).toHaveLength(1);
    expect(player.state).toEqual({ kind: "idle" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("can start again, as after a camera's outage", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await run(1_000);
    player.stop();

    player.start(SOURCE);
    await run(1_000);

    expect(FakeHls.made).toHaveLength(2);
    expect(player.state).toEqual({ kind: "playing" });
  });
});

describe("latency", () => {
  it("is known while playing only", async () => {
    const { player, run } = playerWith();
    player.start(SOURCE);
    await attached();
    FakeHls.latest.latency = 4.2;
    expect(player.latencySeconds).toBeUndefined();

    await run(1_000);
    expect(player.latencySeconds).toBe(4.2);
  });
});
