/** Encoders and decoders in words: what they run on, and which of them does the work. */
import { type Coder, CoderDevice } from "../gen/ronin/v1/system_pb";

const DEVICES: Readonly<Record<CoderDevice, string>> = {
  [CoderDevice.UNSPECIFIED]: "Not known",
  [CoderDevice.SOFTWARE]: "Processor",
  [CoderDevice.NVIDIA]: "NVIDIA",
  [CoderDevice.VAAPI]: "VA-API",
  [CoderDevice.QUICK_SYNC]: "Quick Sync",
  [CoderDevice.V4L2]: "V4L2",
};

/** "NVIDIA", "Processor" */
export function deviceWords(device: CoderDevice): string {
  return DEVICES[device] ?? DEVICES[CoderDevice.UNSPECIFIED];
}

/** "cpu" and "cuda:0", as the server names what a model runs on. */
export function inferenceWords(device: string): string {
  if (device === "") {
    return "Nothing: this program was built without models";
  }
  return device.startsWith("cuda") ? `GPU (${device.replace("cuda", "CUDA")})` : "Processor";
}

/** What decodes today, and what would where there were more to decode. */
export function decoderWords(coders: readonly Coder[]): string {
  if (coders.length === 0) {
    return "None found. Recording and live pictures do not need any; snapshots do.";
  }
  const used = coders.filter(({ used }) => used).map(({ name }) => name);
  const today =
    used.length === 0
      ? "Nothing is decoded."
      : `Recording decodes nothing. Snapshots, small pictures of footage, what becomes H.265 and what is encoded for browsers are decoded by ${listed(used)}.`;
  return `${today} ${bestWords("decode", coders)}`;
}

/** What is encoded, and by what. */
export function encoderWords(coders: readonly Coder[]): string {
  const today =
    "Footage is recorded as the camera sends it, and encoded anew as H.265 only where a camera's settings say so. What browsers cannot play is encoded for them while they do.";
  return coders.length === 0 ? `${today} None found.` : `${today} ${bestWords("encode", coders)}`;
}

/** What encodes footage anew as H.265, and how fast that is. `coders`: undefined where that is not known. */
export function h265EncoderWords(coders: readonly Coder[] | undefined): string {
  if (coders === undefined) {
    return "Without an encoder in hardware this is slow, and takes the processor.";
  }
  const known = coders.filter(({ codec }) => codec === "H.265");
  const best = known.find((coder) => coder.best) ?? known[0];
  if (best === undefined) {
    return "This server has no encoder of H.265: nothing is encoded until it has one.";
  }
  return best.hardware
    ? `This server encodes it with ${best.name} (${deviceWords(best.device)}, hardware).`
    : `This server encodes it with ${best.name} on the processor. That is slow: a camera may record faster than its footage is encoded.`;
}

function bestWords(verb: string, coders: readonly Coder[]): string {
  const best = coders
    .filter(({ best }) => best)
    .map(({ codec, name, device }) => `${codec} with ${name} (${deviceWords(device)})`);
  return best.length === 0 ? "" : `Where need be, the server would ${verb} ${listed(best)}.`;
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}
