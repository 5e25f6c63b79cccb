/** All cameras live, in a grid; layout, page and zoom are in the URL. */
import { ActionIcon, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { useDocumentTitle, useElementSize } from "@mantine/hooks";
import {
  IconChevronLeft,
  IconChevronRight,
  IconMaximize,
  IconMinimize,
  IconVideoPlus,
} from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCameras } from "../api/cameras";
import { describeError } from "../api/errors";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { notifyFailure } from "../lib/notify";
import { useFullScreen } from "../lib/useFullScreen";
import { useKeys } from "../lib/useKeys";
import {
  gridPage,
  isNarrowArea,
  LAYOUTS,
  type Layout,
  parseLayout,
  parsePage,
} from "../live/gridLayout";
import { liveKeyHandlers } from "../live/liveKeys";
import { LiveCamera } from "./LiveCamera";
import classes from "./LivePage.module.css";

const LAYOUT_LABELS: Readonly<Record<Layout, string>> = {
  auto: "Auto",
  "1": "1×1",
  "2": "2×2",
  "3": "3×3",
  "4": "4×4",
};

/** A change of the view is no new page. */
const KEEP_SCROLL = { preventScrollReset: true };

export function LivePage() {
  useDocumentTitle("Live · RoninNVR");
  const { cameras, isPending, error, refetch } = useCameras();
  const [params, setParams] = useSearchParams();
  const { ref: area, width, height } = useElementSize<HTMLDivElement>();
  /** Whether a camera was taken from the grid to full screen, and goes back to the grid. */
  const isBorrowed = useRef(false);
  const fullScreen = useFullScreen<HTMLDivElement>(() => {
    if (isBorrowed.current) {
      zoomTo(undefined);
    }
    isBorrowed.current = false;
  });
  const [audible, setAudible] = useState<string>();

  const change = (changes: Record<string, string | undefined>) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) {
          next.delete(key);
        } else {
          next.set(key, value);
        }
      }
      return next;
    }, KEEP_SCROLL);

  const all = cameras ?? [];
  const layout = parseLayout(params.get("layout"));
  const zoomed = all.find((camera) => camera.id === params.get("camera"));
  const grid = gridPage(
    zoomed ? [zoomed] : all,
    zoomed ? "1" : layout,
    parsePage(params.get("page")),
    {
      width,
      height,
    },
  );

  const isNarrow = isNarrowArea({ width, height });

  const setLayout = (next: Layout) =>
    change({ layout: next === "auto" ? undefined : next, page: undefined, camera: undefined });
  const setPage = (page: number) => change({ page: page <= 1 ? undefined : String(page) });
  const zoomTo = (id: string | undefined) => change({ camera: id });
  const enterFullScreen = () =>
    fullScreen.enter().catch((e) => notifyFailure("The browser shows no full screen", e));
  const toggleFullScreen = () => void (fullScreen.isOn ? fullScreen.leave() : enterFullScreen());
  const toggleFullScreenOf = (id: string) => {
    if (!zoomed) {
      isBorrowed.current = true;
      zoomTo(id);
    }
    toggleFullScreen();
  };
  const step = (by: number) => {
    if (zoomed) {
      const index = all.indexOf(zoomed);
      zoomTo(all[(index + by + all.length) % all.length]?.id);
    } else {
      setPage(Math.min(Math.max(grid.page + by, 1), grid.pages));
    }
  };

  useKeys(
    liveKeyHandlers({
      columns: (key) => setLayout(parseLayout(key)),
      step: (key) => step(key === "ArrowLeft" ? -1 : 1),
      ...(fullScreen.isAvailable && { fullScreen: toggleFullScreen }),
      back: () => {
        if (fullScreen.isOn) {
          void fullScreen.leave();
        } else if (zoomed) {
          zoomTo(undefined);
        }
      },
      ...(zoomed
        ? { mute: () => setAudible(audible === zoomed.id ? undefined : zoomed.id) }
        : { automatic: () => setLayout("auto") }),
    }),
  );

  if (isPending) {
    return <Loading>Loading cameras</Loading>;
  }
  if (cameras === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  if (cameras.length === 0) {
    return <NoCameras />;
  }

  return (
    <div
      ref={fullScreen.ref}
      className={classes.stage}
      data-narrow={isNarrow || undefined}
      data-zoomed={zoomed !== undefined || undefined}
    >
      <Group justify="space-between" gap="xs" className={classes.toolbar}>
        <h1 className={classes.heading}>{zoomed ? zoomed.displayName : "Live"}</h1>
        <Group gap="xs">
          {zoomed ? (
            <Button size="xs" variant="default" onClick={() => zoomTo(undefined)}>
              All cameras
            </Button>
          ) : (
            <SegmentedControl
              size="xs"
              aria-label="Layout"
              value={layout}
              onChange={(value) => setLayout(parseLayout(value))}
              data={LAYOUTS.map((value) => ({ value, label: LAYOUT_LABELS[value] }))}
            />
          )}
          {(grid.pages > 1 || (zoomed && all.length > 1)) && (
            <Pager
              label={zoomed ? undefined : `Page ${grid.page} of ${grid.pages}`}
              unit={zoomed ? "camera" : "page"}
              canGoBack={zoomed !== undefined || grid.page > 1}
              canGoOn={zoomed !== undefined || grid.page < grid.pages}
              onStep={step}
            />
          )}
          {fullScreen.isAvailable && !zoomed && (
            <Tooltip label={fullScreen.isOn ? "Leave full screen (f)" : "Full screen (f)"}>
              <ActionIcon
                variant="default"
                size={30}
                aria-label={fullScreen.isOn ? "Leave full screen" : "Full screen"}
                onClick={toggleFullScreen}
              >
                {fullScreen.isOn ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      <div
        ref={area}
        className={classes.grid}
        data-narrow={isNarrow || undefined}
        style={{
          gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
          gridTemplateRows: isNarrow ? "none" : `repeat(${grid.rows}, minmax(0, 1fr))`,
        }}
      >
        {grid.tiles.map((camera) => (
          <LiveCamera
            key={camera.id}
            camera={camera}
            isAudible={audible === camera.id}
            onAudible={(isAudible) => setAudible(isAudible ? camera.id : undefined)}
            isZoomed={zoomed !== undefined}
            isCompact={width > 0 && width / grid.columns < 260}
            onZoom={() => zoomTo(zoomed ? undefined : camera.id)}
            {...(fullScreen.isAvailable && {
              onFullScreen: () => toggleFullScreenOf(camera.id),
              isFullScreen: fullScreen.isOn,
            })}
            linksToDetails
          />
        ))}
      </div>
    </div>
  );
}

interface PagerProps {
  label: string | undefined;
  unit: string;
  canGoBack: boolean;
  canGoOn: boolean;
  onStep: (by: number) => void;
}

function Pager({ label, unit, canGoBack, canGoOn, onStep }: PagerProps) {
  return (
    <Group gap={4}>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Previous ${unit}`}
        disabled={!canGoBack}
        onClick={() => onStep(-1)}
      >
        <IconChevronLeft size={18} />
      </ActionIcon>
      {label && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {label}
        </Text>
      )}
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Next ${unit}`}
        disabled={!canGoOn}
        onClick={() => onStep(1)}
      >
        <IconChevronRight size={18} />
      </ActionIcon>
    </Group>
  );
}

function NoCameras() {
  return (
    <EmptyState
      icon={<IconVideoPlus size={34} stroke={1.5} />}
      title="No cameras yet"
      action={
        <Button component={Link} to="/add-camera">
          Add your first camera
        </Button>
      }
    >
      Add a camera by its RTSP address. It is shown here and recorded at once; you can test the
      address before anything is saved.
    </EmptyState>
  );
}
