/** A video element that says which pictures it shows, and one that plays and pauses. */

type Metadata = Pick<VideoFrameCallbackMetadata, "mediaTime" | "presentedFrames">;

/** jsdom neither plays nor pauses: the element says that it does, and has all its pictures. */
export function letPlay(video: HTMLVideoElement): void {
  let paused = true;
  Object.defineProperty(video, "paused", { get: () => paused, configurable: true });
  Object.defineProperty(video, "readyState", { value: video.HAVE_ENOUGH_DATA });
  video.play = async () => {
    paused = false;
    video.dispatchEvent(new Event("play"));
  };
  video.pause = () => {
    paused = true;
    video.dispatchEvent(new Event("pause"));
  };
}

/** The function returned shows a picture that begins at `mediaTime`, with the count of it. */
export function tellPictures(video: HTMLVideoElement) {
  let callbacks = new Map<number, VideoFrameRequestCallback>();
  let handles = 0;
  video.requestVideoFrameCallback = (callback) => {
    handles += 1;
    callbacks.set(handles, callback);
    return handles;
  };
  video.cancelVideoFrameCallback = (handle) => void callbacks.delete(handle);
  return {
    show: (picture: Metadata) => {
      const due = callbacks;
      callbacks = new Map();
      for (const callback of due.values()) {
        callback(0, picture as VideoFrameCallbackMetadata);
      }
    },
    get waiting() {
      return callbacks.size;
    },
  };
}
