/** The drawing of a graph: zoomed and moved by buttons, keys, wheel and fingers, and saved as a file. */
import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { drawGraph, svgText } from "../../lib/graphDrawing";
import { saveFile } from "../../lib/saveFile";
import { cssTransform, leftEnd } from "../../live/magnification";
import { useMagnifier } from "../live/useMagnifier";
import { GraphTools } from "./GraphTools";
import classes from "./pipeline.module.css";

/** A graph is a train of elements, many times as long as high: at the most its text is huge. */
const MOST_SCALE = 60;
/** Pixels of a point: the text of elements is 8 points high. */
const READABLE = { leastPx: 0.9, mostPx: 1.5 };

interface Props {
  /** The graph in the DOT language. */
  dot: string;
  /** Whose it is, for people and for the names of files. */
  name: string;
  fileName: string;
}

type Drawing = { state: "drawing" } | { state: "failed" } | { state: "drawn"; svg: SVGSVGElement };

export function GraphView({ dot, name, fileName }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const drawing = useDrawing(dot);
  const svg = drawing.state === "drawn" ? drawing.svg : undefined;
  const isDrawn = svg !== undefined;
  const magnifier = useMagnifier(frame, () => sizeOf(svg), isDrawn, MOST_SCALE);
  /** Moved to the side only, so that fingers can scroll the page over it. */
  const [flatScale, setFlatScale] = useState(1);

  const showReadable = () => {
    const { width = 0, height = 0 } = frame.current?.getBoundingClientRect() ?? {};
    const view = leftEnd({ width, height }, sizeOf(svg), READABLE);
    const isFlat = sizeOf(svg).height * READABLE.leastPx <= height;
    setFlatScale(isFlat ? view.scale : 1);
    magnifier.show(view);
  };
  const onFirst = useEffectEvent(showReadable);

  useEffect(() => {
    if (svg !== undefined) {
      paper.current?.replaceChildren(onPaper(svg));
    }
  }, [svg]);
  useEffect(() => {
    if (isDrawn) {
      onFirst();
    }
  }, [isDrawn]);

  const save = (content: string, type: string, ending: string) =>
    saveFile(new Blob([content], { type }), `${fileName}.${ending}`);

  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <GraphTools magnifier={magnifier} mostScale={MOST_SCALE} onReadable={showReadable} />
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={svg === undefined}
            onClick={() => svg && save(svgText(svg), "image/svg+xml", "svg")}
          >
            Save as SVG
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => save(dot, "text/vnd.graphviz", "dot")}
          >
            Save as DOT
          </Button>
        </Group>
      </Group>
      <div
        ref={frame}
        className={classes.frame}
        data-magnified={magnifier.isMagnified || undefined}
        data-flat={magnifier.view.scale === flatScale || undefined}
        {...magnifier.handlers}
      >
        <div
          ref={paper}
          className={classes.drawing}
          role="img"
          aria-label={`Graph of ${name}. Its elements are listed below.`}
          style={magnifier.isMagnified ? { transform: cssTransform(magnifier.view) } : {}}
        />
        {drawing.state === "drawing" && (
          <div className={classes.message}>
            <Loader aria-label="Drawing the graph" />
          </div>
        )}
        {drawing.state === "failed" && (
          <div className={classes.message}>
            <Text size="sm" role="alert">
              The graph cannot be drawn in this browser. Its elements are listed below, and it can
              be saved as DOT for Graphviz.
            </Text>
          </div>
        )}
      </div>
      <Text size="xs" c="dimmed">
        Red brings data, blue takes it, green passes it on. Wheel, + and − zoom, the mouse or Shift
        and arrows move, 0 shows all, 1 what can be read.
      </Text>
    </Stack>
  );
}

/** Draws again when the graph is another; until then the last drawing stays. */
function useDrawing(dot: string): Drawing {
  const [drawing, setDrawing] = useState<Drawing>({ state: "drawing" });
  useEffect(() => {
    let isWanted = true;
    const show = (next: Drawing) => {
      if (isWanted) {
        setDrawing(next);
      }
    };
    drawGraph(dot).then(
      (svg) => show({ state: "drawn", svg }),
      () => show({ state: "failed" }),
    );
    return () => {
      isWanted = false;
    };
  }, [dot]);
  return drawing;
}

function sizeOf(svg: SVGSVGElement | undefined) {
  const [, , width = 0, height = 0] = svg?.getAttribute("viewBox")?.split(" ").map(Number) ?? [];
  return { width, height };
}

/** A copy for the page: it fills the frame, and its nodes have no names of their own to hover over. */
function onPaper(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.removeAttribute("width");
  copy.removeAttribute("height");
  for (const title of copy.querySelectorAll("title")) {
    title.remove();
  }
  return copy;
}
