/** Makes a picture file of what a video shows, at the size the camera sent it. Not here: saving it. */
import { localTime } from "../lib/time";

/** Above this, files grow and nobody sees why. */
const QUALITY = 0.92;
/** Asked for; a browser that cannot gives PNG instead. */
const WANTED_TYPE = "image/jpeg";

export type Snapshot =
  | { kind: "taken"; picture: Blob; fileName: string }
  | { kind: "failed"; reason: string };

/** `takenMs` is when the picture was taken. */
export async function takeSnapshot(
  video: HTMLVideoElement,
  cameraId: string,
  takenMs: number,
): Promise<Snapshot> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) {
    return { kind: "failed", reason: "There is no picture yet." };
  }
  const picture = await drawn(video);
  return picture === null
    ? { kind: "failed", reason: "The browser could not make a file of the picture." }
    : { kind: "taken", picture, fileName: snapshotName(cameraId, takenMs, picture.type) };
}

async function drawn(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  if (context === null) {
    return null;
  }
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, WANTED_TYPE, QUALITY));
}

/** "front-door-2026-11-22T14-05-09.jpg", in the viewer's zone: file names take no colons. */
export function snapshotName(cameraId: string, takenMs: number, mimeType: string): string {
  const extension = mimeType === WANTED_TYPE ? "jpg" : mimeType.replace("image/", "");
  return `${cameraId}-${localTime(takenMs).replaceAll(":", "-")}.${extension}`;
}
