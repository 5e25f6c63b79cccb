/** Whether a video element stands still. */
import { type RefObject, useEffect, useState } from "react";

export function usePaused(videoRef: RefObject<HTMLVideoElement | null>): boolean {
  const [isPaused, setPaused] = useState(true);
  useEffect(() => {
    const video = videoRef.current;
    const follow = () => setPaused(video?.paused ?? true);
    const events = ["play", "pause", "emptied"];
    for (const event of events) {
      video?.addEventListener(event, follow);
    }
    return () => {
      for (const event of events) {
        video?.removeEventListener(event, follow);
      }
    };
  }, [videoRef]);
  return isPaused;
}
