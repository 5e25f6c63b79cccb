/** Cameras live, in a grid: all, or those of a named layout. What is shown is in the URL. */
import { Button } from "@mantine/core";
import { useDocumentTitle, useElementSize } from "@mantine/hooks";
import { IconEyeOff } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useOpenEvents } from "../api/EventWatchProvider";
import { EmptyState } from "../components/EmptyState";
import { KeyHelp } from "../components/KeyHelp";
import { Loading } from "../components/Loading";
import { ArrangeBar } from "../components/live/ArrangeBar";
import { ArrangeTile } from "../components/live/ArrangeTile";
import { LivePager } from "../components/live/LivePager";
import { LiveToolbar } from "../components/live/LiveToolbar";
import { useTileDrag } from "../components/live/useTileDrag";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { notifyFailure } from "../lib/notify";
import { useFullScreen } from "../lib/useFullScreen";
import { useKeys } from "../lib/useKeys";
import { gridPage, isNarrowArea, MAX_TILES, parseLayout } from "../live/gridLayout";
import { type LiveAction, liveKeyGroups, liveKeyHandlers } from "../live/liveKeys";
import { LiveCamera } from "./LiveCamera";
import classes from "./LivePage.module.css";
import { useArrangement } from "./useArrangement";
import { useLayoutChoice } from "./useLayoutChoice";
import { useLiveView } from "./useLiveView";
import { WithCameras } from "./WithCameras";

/** Below this width a tile is a small one. */
const COMPACT_PX = 260;

const NO_KEYS: ReadonlySet<LiveAction> = new Set();
const FULL_SCREEN_KEYS: ReadonlySet<LiveAction> = new Set(["fullScreen"]);

export function LivePage() {
  useDocumentTitle("Live · RoninNVR");
  return (
    <WithCameras promise="Add a camera by its RTSP address. It is shown here and recorded at once; you can test the address before anything is saved.">
      {(cameras) => <LiveStage cameras={cameras} />}
    </WithCameras>
  );
}

function LiveStage({ cameras }: { cameras: readonly Camera[] }) {
  const view = useLiveView();
  const openEvents = useOpenEvents();
  const layouts = useLayoutChoice({ id: view.layoutId, onChoose: view.show });
  const arrangement = useArrangement(cameras, layouts);
  const mayArrange = layouts.chosen === undefined || layouts.change !== undefined;
  const { shown } = arrangement;
  const { ref: area, width, height } = useElementSize<HTMLDivElement>();
  const [audible, setAudible] = useState<string>();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const zoomed = cameras.find((camera) => camera.id === view.cameraId);
  const isArranging = view.isArranging && zoomed === undefined && mayArrange;
  const wantedLayout = view.layout ?? parseLayout(String(layouts.chosen?.columns ?? 0));
  const fullScreen = useLiveFullScreen(zoomed, view.zoomTo);

  const tiles = zoomed ? [zoomed] : shown;
  const layout = zoomed ? "1" : isArranging ? "auto" : wantedLayout;
  const grid = gridPage(tiles, layout, view.page, { width, height });
  const isNarrow = isNarrowArea({ width, height });

  const step = (by: number) => {
    if (zoomed) {
      const index = shown.indexOf(zoomed);
      view.zoomTo(shown[(index + by + shown.length) % shown.length]?.id);
    } else {
      view.setPage(Math.min(Math.max(grid.page + by, 1), grid.pages));
    }
  };
  const setArranging = (isWanted: boolean) => {
    arrangement.beginAnew();
    view.setArranging(isWanted);
  };
  const moveTo = (camera: Camera, place: number) => {
    arrangement.moveTo(camera, place);
    const page = Math.floor(place / MAX_TILES) + 1;
    if (page !== grid.page) {
      view.setPage(page);
    }
  };
  const before = (grid.page - 1) * MAX_TILES;
  const drag = useTileDrag((id, place) => {
    const camera = shown.find((other) => other.id === id);
    if (camera !== undefined) {
      moveTo(camera, before + place);
    }
  });

  useKeys(
    liveKeyHandlers({
      help: () => setHelpOpen(true),
      step: (key) => step(key === "ArrowLeft" ? -1 : 1),
      ...(fullScreen.toggle && { fullScreen: fullScreen.toggle }),
      back: () => {
        if (fullScreen.isOn) {
          fullScreen.leave();
        } else if (isArranging) {
          setArranging(false);
        } else if (zoomed) {
          view.zoomTo(undefined);
        }
      },
      ...(!isArranging && { columns: (key: string) => view.setLayout(parseLayout(key)) }),
      ...(!isArranging && !zoomed && { automatic: () => view.setLayout("auto") }),
      ...(zoomed
        ? { mute: () => setAudible(audible === zoomed.id ? undefined : zoomed.id) }
        : mayArrange && { arrange: () => setArranging(!isArranging) }),
    }),
  );

  if (layouts.isPending) {
    return <Loading>Loading the layout</Loading>;
  }
  return (
    <div
      ref={fullScreen.ref}
      className={classes.stage}
      data-narrow={isNarrow || undefined}
      data-zoomed={zoomed !== undefined || undefined}
    >
      {!(zoomed && fullScreen.isOn) && (
        <LiveToolbar
          title={zoomed ? zoomed.displayName : "Live"}
          mode={zoomed ? "camera" : isArranging ? "arrange" : "grid"}
          menu={layouts.menu}
          layout={wantedLayout}
          onLayout={view.setLayout}
          onShowAll={() => view.zoomTo(undefined)}
          onArrange={mayArrange ? setArranging : undefined}
          onFullScreen={fullScreen.toggle}
          isFullScreen={fullScreen.isOn}
          onHelp={() => setHelpOpen(true)}
          pager={
            (grid.pages > 1 || (zoomed && shown.length > 1)) && (
              <LivePager
                label={zoomed ? undefined : `Page ${grid.page} of ${grid.pages}`}
                unit={zoomed ? "camera" : "page"}
                canGoBack={zoomed !== undefined || grid.page > 1}
                canGoOn={zoomed !== undefined || grid.page < grid.pages}
                onStep={step}
              />
            )
          }
        />
      )}
      {isArranging && (
        <ArrangeBar
          leftOut={arrangement.leftOut}
          lastChange={arrangement.lastChange}
          onPutBack={arrangement.putBack}
        />
      )}
      <div
        ref={area}
        className={classes.grid}
        data-narrow={isNarrow || undefined}
        style={{
          gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
          gridTemplateRows: isNarrow ? "none" : `repeat(${grid.rows}, minmax(0, 1fr))`,
        }}
        {...(isArranging && drag)}
      >
        {grid.tiles.map((camera, index) => (
          <div key={camera.id} className={classes.cell} data-tile={camera.id}>
            <LiveCamera
              camera={camera}
              isAudible={audible === camera.id}
              onAudible={(isAudible) => setAudible(isAudible ? camera.id : undefined)}
              isZoomed={zoomed !== undefined}
              eventLabels={openEvents.get(camera.name)}
              isCompact={width > 0 && width / grid.columns < COMPACT_PX}
              {...(!isArranging && {
                onZoom: () => view.zoomTo(zoomed ? undefined : camera.id),
                linksToDetails: true,
              })}
              {...(!isArranging &&
                fullScreen.toggle && {
                  onFullScreen: () => fullScreen.toggleOf(camera.id),
                  isFullScreen: fullScreen.isOn,
                })}
            />
            {isArranging && (
              <ArrangeTile
                name={camera.displayName}
                place={before + index}
                count={shown.length}
                columns={grid.columns}
                takesFocus={arrangement.lastChange?.id === camera.id}
                onMove={(place) => moveTo(camera, place)}
                onLeaveOut={() => arrangement.leaveOut(camera)}
              />
            )}
          </div>
        ))}
      </div>
      {tiles.length === 0 && !isArranging && <AllLeftOut onArrange={() => setArranging(true)} />}
      {layouts.dialog({
        cameras: shown.map(({ name }) => name),
        columns: wantedLayout === "auto" ? 0 : Number(wantedLayout),
      })}
      <KeyHelp
        isOpen={isHelpOpen}
        groups={liveKeyGroups(fullScreen.toggle ? NO_KEYS : FULL_SCREEN_KEYS)}
        onClose={() => setHelpOpen(false)}
      />
    </div>
  );
}

/** Full screen of the page's pictures: of all of them, or of one that is zoomed to for it. */
function useLiveFullScreen(zoomed: Camera | undefined, zoomTo: (id: string | undefined) => void) {
  /** Whether a camera was taken from the grid to full screen, and goes back to the grid. */
  const isBorrowed = useRef(false);
  const { ref, isAvailable, isOn, enter, leave } = useFullScreen<HTMLDivElement>(() => {
    if (isBorrowed.current) {
      zoomTo(undefined);
    }
    isBorrowed.current = false;
  });
  const toggle = () => {
    if (isOn) {
      void leave();
    } else {
      enter().catch((e) => notifyFailure("The browser shows no full screen", e));
    }
  };
  return {
    ref,
    isOn,
    leave: () => void leave(),
    /** Undefined where the browser has none. */
    toggle: isAvailable ? toggle : undefined,
    toggleOf: (id: string) => {
      if (!zoomed) {
        isBorrowed.current = true;
        zoomTo(id);
      }
      if (zoomed || !isOn) {
        toggle();
      }
    },
  };
}

function AllLeftOut({ onArrange }: { onArrange: () => void }) {
  return (
    <EmptyState
      icon={<IconEyeOff size={34} stroke={1.5} />}
      level={2}
      title="All cameras are left out"
      action={<Button onClick={onArrange}>Arrange cameras</Button>}
    >
      What is recorded of them does not change. Put back those that you want to see here.
    </EmptyState>
  );
}
