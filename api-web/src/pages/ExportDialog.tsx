/** Asks what of a span is to be exported, has the server do it, and says where the files will be. */
import { Anchor, Modal } from "@mantine/core";
import { useHref, useNavigate } from "react-router";
import { useExportCalls } from "../api/exports";
import { ExportForm } from "../components/exports/ExportForm";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { ExportOrder } from "../lib/exports";
import { notifyNext } from "../lib/notify";
import type { Span } from "../lib/timelineSpans";

const EXPORTS = "/exports";

interface Props {
  isOpen: boolean;
  cameras: readonly Camera[];
  /** What it begins with. */
  span: Span;
  /** The day that is shown. */
  day: Span;
  onClose: () => void;
}

export function ExportDialog({ isOpen, cameras, span, day, onClose }: Props) {
  const { create } = useExportCalls();
  const navigate = useNavigate();
  const href = useHref(EXPORTS);
  const onExport = async (order: ExportOrder) => {
    await create(order);
    onClose();
    notifyNext(
      <>
        Export queued. {/* Notices are drawn outside of the pages, where there is no router. */}
        <Anchor
          href={href}
          size="sm"
          underline="always"
          onClick={(event) => {
            event.preventDefault();
            void navigate(EXPORTS);
          }}
        >
          Show the exports
        </Anchor>
      </>,
    );
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Export footage" size="lg">
      <ExportForm
        cameras={cameras.map(({ name, displayName }) => ({ name, label: displayName }))}
        span={span}
        day={day}
        onExport={onExport}
        onCancel={onClose}
      />
    </Modal>
  );
}
