/** The speed of a video element: it stays when the player is made anew. */
import { type RefObject, useEffect, useRef, useState } from "react";
import { hasSound } from "../../live/speeds";

export function useSpeed(
  videoRef: RefObject<HTMLVideoElement | null>,
): [number, (speed: number) => void] {
  const [speed, setSpeed] = useState(1);
  /** Whether it was muted before it went too fast for sound; undefined: it goes slowly. */
  const wasMuted = useRef<boolean>(undefined);

  useEffect(() => {
    const video = videoRef.current;
    if (video === null) {
      return;
    }
    // A new source resets the rate to the default one.
    video.defaultPlaybackRate = speed;
    video.playbackRate = speed;
    if (!hasSound(speed)) {
      wasMuted.current ??= video.muted;
      video.muted = true;
    } else if (wasMuted.current !== undefined) {
      video.muted = wasMuted.current;
      wasMuted.current = undefined;
    }
  }, [speed, videoRef]);

  useEffect(() => {
    const video = videoRef.current;
    // The browser's own menu may set it, too.
    const onRate = () => setSpeed(video?.playbackRate ?? 1);
    video?.addEventListener("ratechange", onRate);
    return () => video?.removeEventListener("ratechange", onRate);
  }, [videoRef]);

  return [speed, setSpeed];
}
