/** Which codec of a stream this browser cannot play, and what people call it. */

const CODEC_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(hvc1|hev1)/i, "H.265 (HEVC)"],
  [/^(avc1|avc3)/i, "H.264"],
  [/^av01/i, "AV1"],
  [/^vp0?9/i, "VP9"],
  [/^mp4a/i, "AAC sound"],
  [/^opus/i, "Opus sound"],
];

/** What people call an RFC 6381 codec string. */
export function codecName(codec: string): string {
  return CODEC_NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

interface Capabilities {
  isTypeSupported: ((type: string) => boolean) | undefined;
  canPlayType: (type: string) => string;
}

/** What this browser offers for checking codecs. */
export function browserCapabilities(video: HTMLVideoElement): Capabilities {
  const scope = globalThis as {
    ManagedMediaSource?: typeof MediaSource;
    MediaSource?: typeof MediaSource;
  };
  const source = scope.ManagedMediaSource ?? scope.MediaSource;
  return {
    isTypeSupported: source && ((type) => source.isTypeSupported(type)),
    canPlayType: (type) => video.canPlayType(type),
  };
}

/** The first codec that cannot be played here; undefined when all can. */
export function unplayableCodec(
  codecs: readonly string[],
  { isTypeSupported, canPlayType }: Capabilities,
): string | undefined {
  return codecs.find((codec) => {
    const type = `video/mp4; codecs="${codec}"`;
    return isTypeSupported ? !isTypeSupported(type) : canPlayType(type) === "";
  });
}

/** Main profile, as every camera and encoder of H.265 sends it. */
const H265 = "hvc1.1.6.L93.B0";

/** Whether this browser plays H.265. */
export function playsH265(): boolean {
  return isPlayableHere(H265);
}

/** Whether this browser plays the codec. */
export function isPlayableHere(codec: string): boolean {
  const capabilities = browserCapabilities(document.createElement("video"));
  return unplayableCodec([codec], capabilities) === undefined;
}
