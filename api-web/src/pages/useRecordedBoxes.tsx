/** Boxes around objects over recorded footage: shown or not, and where they come from. */
import { useLocalStorage } from "@mantine/hooks";
import { useCallback, useEffect, useState } from "react";
import { useObjectTracks } from "../api/objectTracks";
import { RecordedBoxLayer } from "../components/detect/RecordedBoxLayer";
import type { BoxesChoice, RecordedBoxes, RecordedPlace } from "../components/detect/recordedBoxes";
import { SECOND_MS } from "../lib/time";

const BOXES_KEY = "ronin.footage.boxes";

/** Off at first, and as a person chose at this browser, for every camera. */
export function useBoxesShown(): BoxesChoice {
  const [isShown, onShown] = useLocalStorage({
    key: BOXES_KEY,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return { isShown, onShown };
}

/** Draws those of `camera` ("cameras/{id}"). */
export function useDrawBoxes(camera: string): RecordedBoxes["draw"] {
  return useCallback(
    (place: RecordedPlace) => <CameraBoxes camera={camera} {...place} />,
    [camera],
  );
}

/** Asks for what was there around the moment that is shown, and draws it. */
function CameraBoxes({ camera, ...place }: { camera: string } & RecordedPlace) {
  const { shownMs } = place;
  const [nearMs, setNearMs] = useState(shownMs);
  useEffect(() => {
    const look = () => setNearMs(shownMs());
    const timer = setInterval(look, SECOND_MS);
    return () => clearInterval(timer);
  }, [shownMs]);
  return <RecordedBoxLayer tracks={useObjectTracks(camera, nearMs)} {...place} />;
}
