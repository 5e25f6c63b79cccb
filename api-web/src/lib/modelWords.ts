/** Models of the object detector in words. Pure. */
import { type Model, ModelState } from "../gen/ronin/v1/detection_pb";
import { inferenceWords } from "./coderWords";
import { count } from "./units";

/** How to get a model where there is none. */
export const EXPORT_COMMAND = "yolo export model=yolo11n.pt format=torchscript";

const STATES: Readonly<Record<ModelState, string>> = {
  [ModelState.UNSPECIFIED]: "Unknown",
  [ModelState.AVAILABLE]: "Not in use",
  [ModelState.LOADING]: "Being loaded",
  [ModelState.RUNNING]: "In use",
  [ModelState.FAILED]: "Does not work",
};

export function modelStateWords({ state }: Model): string {
  return STATES[state] ?? STATES[ModelState.UNSPECIFIED];
}

/** "yolo11n.torchscript" of "models/yolo11n.torchscript". */
export function modelFile(name: string): string {
  return name.replace(/^models\//, "");
}

/** The model that looks at pictures, if one does. */
export function runningModel(models: readonly Model[]): Model | undefined {
  return models.find(({ state }) => state === ModelState.RUNNING);
}

/** "640 × 640"; undefined for one that was not loaded yet. */
export function inputWords({ inputWidth, inputHeight }: Model): string | undefined {
  return inputWidth > 0 ? `${inputWidth} × ${inputHeight}` : undefined;
}

/** "Processor"; undefined where it does not run. */
export function modelDeviceWords({ device }: Model): string | undefined {
  return device === "" ? undefined : inferenceWords(device);
}

/** "31 ms"; undefined where there were none. */
export function pictureMsWords(ms: number): string | undefined {
  return ms > 0 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : undefined;
}

/** "1 200, and 30 that a newer one replaced" */
export function picturesWords({ pictures, picturesReplaced }: Model): string | undefined {
  if (pictures === 0n && picturesReplaced === 0n) {
    return undefined;
  }
  const replaced =
    picturesReplaced > 0n ? `, and ${count(picturesReplaced)} that a newer one replaced` : "";
  return `${count(pictures)}${replaced}`;
}
