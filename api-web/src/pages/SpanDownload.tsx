/** The files of a chosen span: asks for their sizes, and whether the server can make them. */
import { useState } from "react";
import { downloadPath, downloadRefusal } from "../api/media";
import { useDaySegments } from "../api/recordings";
import { useRole } from "../api/role";
import { DownloadFile, DownloadForm } from "../components/recordings/DownloadForm";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { saveFrom } from "../lib/saveFile";
import { spanBytes } from "../lib/spanBytes";
import { localTime } from "../lib/time";
import type { Span } from "../lib/timelineSpans";
import { ExportDialog } from "./ExportDialog";

interface Props {
  cameras: readonly Camera[];
  span: Span;
  /** The day that is shown. */
  day: Span;
  onSpan: (span: Span) => void;
  /** Undefined where another form has the fields of the span, and closes. */
  onCancel?: () => void;
}

export function SpanDownload({ cameras, span, day, onSpan, onCancel }: Props) {
  const { mayChangeFootage } = useRole();
  const [isExporting, setExporting] = useState(false);
  return (
    <>
      <DownloadForm
        span={span}
        onSpan={onSpan}
        onCancel={onCancel}
        onExport={mayChangeFootage ? () => setExporting(true) : undefined}
      >
        {cameras.map((camera) => (
          // What is said of one span does not hold for another.
          <CameraFile
            key={`${camera.id} ${span.startMs} ${span.endMs}`}
            camera={camera}
            span={span}
          />
        ))}
      </DownloadForm>
      <ExportDialog
        isOpen={isExporting}
        cameras={cameras}
        span={span}
        day={day}
        onClose={() => setExporting(false)}
      />
    </>
  );
}

function CameraFile({ camera, span }: { camera: Camera; span: Span }) {
  const { segments, hasNextPage } = useDaySegments(camera.name, span, false);
  const path = downloadPath(camera.id, span);
  const download = async () => {
    const refusal = await downloadRefusal(path);
    if (refusal === undefined) {
      saveFrom(path, `${camera.id}-${localTime(span.startMs).replaceAll(":", "-")}.mp4`);
    }
    return refusal;
  };
  return (
    <DownloadFile
      camera={camera.displayName}
      sizeBytes={segments && !hasNextPage ? spanBytes(segments, span) : undefined}
      onDownload={download}
    />
  );
}
