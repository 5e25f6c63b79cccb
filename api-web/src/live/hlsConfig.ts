/** How hls.js is set up for a live tile and for recorded footage. Not here: recovery (`livePlayer`). */
import type { HlsConfig } from "hls.js";

/** Segments behind the live edge: one that plays and one of slack. They last a second, or a GOP. */
const LIVE_SYNC_SEGMENTS = 2;

export const LIVE_HLS_CONFIG: Partial<HlsConfig> = {
  lowLatencyMode: false,
  liveSyncDurationCount: LIVE_SYNC_SEGMENTS,
  liveMaxLatencyDurationCount: 3 * LIVE_SYNC_SEGMENTS,
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
  // Else it waits until the video is ready to take it, and looks for that ten times a second.
  startFragPrefetch: true,
  // A playlist that grows is still footage: nobody is pulled from what was to what is. hls.js does
  // that only with a limit of latency, and none is set here.
  lowLatencyMode: false,
  preferManagedMediaSource: true,
};

/** Playing needs this long a time without the server. */
const FOOTAGE_AHEAD_S = 15;
const FOOTAGE_BUFFER_S = 60;
const FOOTAGE_SHORTEST_BACK_S = 10;
/** So many players have full buffers; more share what those would have. */
const FULL_BUFFERS = 4;

/**
 * How much footage is kept around what plays, in seconds of footage. At 16× a minute of it is gone in
 * 4 s, less than a slow answer takes: the buffer grows with the speed, to 4 min, which are 120 MB at
 * 4 Mb/s. Browsers take about 150 MB; so what was played makes room for what comes. Where it is too
 * much still, the browser refuses and hls.js asks for less. Above that the network is the limit: 16×
 * of 4 Mb/s are 64 Mb/s. Where more than four `players` play side by side, each has less.
 */
export function footageBuffer(
  speed: number,
  players = 1,
): Pick<HlsConfig, "maxBufferLength" | "backBufferLength"> {
  const share = Math.min(1, FULL_BUFFERS / players);
  return {
    maxBufferLength: share * Math.max(FOOTAGE_BUFFER_S, FOOTAGE_AHEAD_S * speed),
    backBufferLength: Math.max(
      FOOTAGE_SHORTEST_BACK_S,
      share * Math.min(FOOTAGE_BUFFER_S, FOOTAGE_BUFFER_S / speed),
    ),
  };
}
