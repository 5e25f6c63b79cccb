/** Playing, standing still and going back, as video editors do it with three keys. */
import { type RefObject, useEffect, useRef, useState } from "react";
import { rewind } from "../../live/rewind";
import { nextSpeed } from "../../live/speeds";

interface Options {
  videoRef: RefObject<HTMLVideoElement | null>;
  speed: number;
  onSpeed: (speed: number) => void;
  /** What lies before what is loaded is wanted; false: there is none. */
  onBeginning: () => boolean;
}

export function useShuttle({ videoRef, speed, onSpeed, onBeginning }: Options) {
  const [backSpeed, setBackSpeed] = useState<number>();
  const beginning = useRef(onBeginning);
  beginning.current = onBeginning;

  useEffect(() => {
    const video = videoRef.current;
    if (video === null || backSpeed === undefined) {
      return;
    }
    const onBeginning = () => {
      if (!beginning.current()) {
        setBackSpeed(undefined);
      }
    };
    return rewind({ video, speed: backSpeed, onBeginning });
  }, [videoRef, backSpeed]);
  useEffect(() => {
    const video = videoRef.current;
    // The browser's own button, or another moment.
    const onPlay = () => setBackSpeed(undefined);
    video?.addEventListener("play", onPlay);
    return () => video?.removeEventListener("play", onPlay);
  }, [videoRef]);

  const play = () => {
    setBackSpeed(undefined);
    void videoRef.current?.play().catch(() => undefined);
  };
  const pause = () => {
    setBackSpeed(undefined);
    videoRef.current?.pause();
  };
  const isPlaying = () => videoRef.current?.paused === false;
  return {
    /** How fast it goes back; undefined: it does not. */
    backSpeed,
    pause,
    toggle: () => (isPlaying() || backSpeed !== undefined ? pause() : play()),
    /** Back, and faster with each press. */
    back: () => {
      videoRef.current?.pause();
      setBackSpeed(backSpeed === undefined ? 1 : nextSpeed(backSpeed, 1));
    },
    /** Stands still, and plays at 1× the next time. */
    stop: () => {
      pause();
      onSpeed(1);
    },
    /** On, and faster with each press. */
    forward: () => (isPlaying() ? onSpeed(nextSpeed(speed, 1)) : play()),
  };
}
