/** Saves the picture that a tile shows, and says over it how that went. */
import { IconCamera } from "@tabler/icons-react";
import { type RefObject, useEffect, useState } from "react";
import { saveFile } from "../../lib/saveFile";
import { SECOND_MS } from "../../lib/time";
import { useKeys } from "../../lib/useKeys";
import { liveKeyHandlers } from "../../live/liveKeys";
import { takeSnapshot } from "../../live/snapshot";
import classes from "./LiveTile.module.css";
import { TileTool } from "./TileTool";

/** Long enough to be read. */
const NOTE_MS = 6_000;

interface Props {
  video: RefObject<HTMLVideoElement | null>;
  cameraId: string;
  /** How long ago the picture was taken that is shown. */
  latencySeconds: () => number | undefined;
}

interface Note {
  text: string;
  isTrouble: boolean;
}

export function SnapshotTool({ video, cameraId, latencySeconds }: Props) {
  const [note, setNote] = useState<Note>();
  useEffect(() => {
    const timer = note && setTimeout(() => setNote(undefined), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);

  const save = async () => {
    if (video.current === null) {
      return;
    }
    const takenMs = Date.now() - (latencySeconds() ?? 0) * SECOND_MS;
    const snapshot = await takeSnapshot(video.current, cameraId, takenMs);
    if (snapshot.kind === "failed") {
      setNote({ text: `No snapshot: ${snapshot.reason}`, isTrouble: true });
      return;
    }
    saveFile(snapshot.picture, snapshot.fileName);
    setNote({ text: `Saved as ${snapshot.fileName}`, isTrouble: false });
  };
  useKeys(liveKeyHandlers({ snapshot: () => void save() }));

  return (
    <>
      <TileTool label="Save snapshot" keys="s" onClick={() => void save()}>
        <IconCamera size={18} />
      </TileTool>
      {note && (
        <p
          className={classes.note}
          role={note.isTrouble ? "alert" : "status"}
          data-trouble={note.isTrouble || undefined}
        >
          {note.text}
        </p>
      )}
    </>
  );
}
