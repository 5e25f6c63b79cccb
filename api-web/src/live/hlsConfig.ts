/** How hls.js is set up for a live tile and for recorded footage. Not here: recovery (`livePlayer`). */
import type { HlsConfig } from "hls.js";

/** Two segments of 2 s: near the live edge with one segment of slack. */
const LIVE_SYNC_S = 4;

export const LIVE_HLS_CONFIG: Partial<HlsConfig> = {
  lowLatencyMode: false,
  liveSyncDuration: LIVE_SYNC_S,
  liveMaxLatencyDuration: 3 * LIVE_SYNC_S,
  maxLiveSyncPlaybackRate: 1.5,
  liveDurationInfinity: true,
  // A tile may run for weeks: only seconds are kept on either side.
  backBufferLength: 10,
  maxBufferLength: 10,
  capLevelToPlayerSize: true,
  preferManagedMediaSource: true,
};

export const FOOTAGE_HLS_CONFIG: Partial<HlsConfig> = {
  // Loading begins where the playlist says that the moment asked for is.
  autoStartLoad: false,
  // A playlist that grows is still footage: nobody is pulled from what was to what is. hls.js does
  // that only with a limit of latency, and none is set here.
  lowLatencyMode: false,
  // Fast playback eats a buffer quickly.
  maxBufferLength: 60,
  backBufferLength: 60,
  preferManagedMediaSource: true,
};
