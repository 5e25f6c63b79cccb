/** Pictures in videos and canvases, which jsdom lacks. */
import { vi } from "vitest";

/** The video shows a picture of this size; 0 × 0: none yet. */
export function showPicture(video: HTMLVideoElement, width: number, height: number): void {
  Object.defineProperty(video, "videoWidth", { configurable: true, value: width });
  Object.defineProperty(video, "videoHeight", { configurable: true, value: height });
  Object.defineProperty(video, "readyState", { configurable: true, value: width > 0 ? 4 : 0 });
}

/** Canvases draw, and make files of this type; undefined: they cannot. */
export function stubCanvas(type: string | undefined) {
  const drawImage = vi.fn();
  const { prototype } = HTMLCanvasElement;
  vi.spyOn(prototype, "getContext").mockReturnValue({ drawImage } as never);
  vi.spyOn(prototype, "toBlob").mockImplementation((callback) =>
    callback(type === undefined ? null : new Blob(["picture"], { type })),
  );
  return drawImage;
}
