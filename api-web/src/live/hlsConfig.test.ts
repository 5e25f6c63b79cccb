/** The settings of hls.js are ones that it takes: it refuses some combinations as it is made. */
import Hls from "hls.js/light";
import { expect, it } from "vitest";
import { FOOTAGE_HLS_CONFIG, footageBuffer, LIVE_HLS_CONFIG } from "./hlsConfig";
import { SPEEDS } from "./speeds";

it.each([
  ["live", LIVE_HLS_CONFIG],
  ["footage", FOOTAGE_HLS_CONFIG],
  ["fast footage", { ...FOOTAGE_HLS_CONFIG, ...footageBuffer(16) }],
])("hls.js takes the settings for %s", (_name, config) => {
  const hls = new Hls(config);

  expect(hls.config).toMatchObject(config);
  hls.destroy();
});

it("footage that grows is not left for the live edge", () => {
  const hls = new Hls(FOOTAGE_HLS_CONFIG);

  expect(hls.config.autoStartLoad).toBe(false);
  expect(hls.config.liveMaxLatencyDurationCount).toBe(Number.POSITIVE_INFINITY);
  expect(hls.config.maxLiveSyncPlaybackRate).toBe(1);
  hls.destroy();
});

it.each(SPEEDS)(
  "at %d× the buffer lasts 15 s, and is no larger than hls.js lets it be",
  (speed) => {
    const hls = new Hls({ ...FOOTAGE_HLS_CONFIG, ...footageBuffer(speed) });
    const { maxBufferLength, maxMaxBufferLength, backBufferLength } = hls.config;
    hls.destroy();

    expect(maxBufferLength / speed).toBeGreaterThanOrEqual(15);
    expect(maxBufferLength).toBeLessThanOrEqual(maxMaxBufferLength);
    // At 4 Mb/s, in a browser that takes 150 MB.
    expect((maxBufferLength + backBufferLength) * 0.5).toBeLessThan(150);
  },
);

it("more than four players share what four would have, however fast they go", () => {
  for (const speed of SPEEDS) {
    const alone = footageBuffer(speed);
    expect(footageBuffer(speed, 4)).toEqual(alone);
    const shared = footageBuffer(speed, 9);
    expect(9 * (shared.maxBufferLength ?? 0)).toBeCloseTo(4 * (alone.maxBufferLength ?? 0));
    expect(shared.backBufferLength).toBeGreaterThanOrEqual(10);
  }
});
