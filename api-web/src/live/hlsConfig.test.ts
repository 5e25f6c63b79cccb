/** The settings of hls.js are ones that it takes: it refuses some combinations as it is made. */
import Hls from "hls.js/light";
import { expect, it } from "vitest";
import { FOOTAGE_HLS_CONFIG, LIVE_HLS_CONFIG } from "./hlsConfig";

it.each([
  ["live", LIVE_HLS_CONFIG],
  ["footage", FOOTAGE_HLS_CONFIG],
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
