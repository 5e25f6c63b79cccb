/**
 * Draws zones and masks over a picture of the camera, and names them. What would cross itself is
 * refused at once, so what is drawn is always an area.
 */
import { Button, Group, Stack, Text } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCheck,
  IconMask,
  IconPolygon,
  IconRectangle,
  IconX,
} from "@tabler/icons-react";
import { type Ref, useEffect, useId, useRef, useState } from "react";
import type { FieldErrors } from "../../lib/cameraErrors";
import { type DetectValues, MASKS_MAX, newMask, newZone, ZONES_MAX } from "../../lib/detectForm";
import {
  lineProblem,
  type Point,
  placed,
  polygonProblem,
  withoutPoint,
  withPointAfter,
  withPointMoved,
} from "../../lib/polygon";
import { type AreaKind, areasOf, type DrawnArea } from "./areas";
import { MaskCard, ZoneCard } from "./ZoneCards";
import { ZoneStage } from "./ZoneStage";

/** For whoever places no points by hand. */
const RECTANGLE: readonly Point[] = [
  { x: 0.3, y: 0.3 },
  { x: 0.7, y: 0.3 },
  { x: 0.7, y: 0.7 },
  { x: 0.3, y: 0.7 },
];

interface Props {
  /** Address of a picture of the camera; undefined while there is none. */
  picture: string | undefined;
  /** What is said in its place. */
  pictureWords: string;
  values: DetectValues;
  onChange: (change: Partial<DetectValues>) => void;
  errors: FieldErrors;
  /** Classes that the model knows; empty where that is not known. */
  labels: readonly string[];
}

export function ZoneEditor(props: Props) {
  const { picture, pictureWords, values, onChange, errors, labels } = props;
  const editor = useAreas(values, onChange);
  const { draft, selected, problem } = editor;
  const hintId = useId();
  const drawButton = useRef<HTMLButtonElement>(null);
  /** Counts how often the focus goes back to where drawing begins. */
  const [returns, setReturns] = useState(0);
  useEffect(() => {
    if (returns > 0) {
      drawButton.current?.focus();
    }
  }, [returns]);
  const cancel = () => {
    editor.cancel();
    setReturns((old) => old + 1);
  };
  const remove = (change: Partial<DetectValues>) => {
    onChange(change);
    setReturns((old) => old + 1);
  };

  return (
    <Stack gap="sm" onKeyDown={({ key }) => key === "Escape" && draft && cancel()}>
      <Text size="sm" id={hintId}>
        {draft
          ? `Click in the picture to place the points of the ${draft.kind} one after another; a click on the first one closes it.`
          : "Points are dragged, or moved by the arrow keys, with Shift further. + adds a point behind the one that has the focus, Delete takes it away."}
      </Text>
      <ZoneStage
        label="Picture with zones and masks"
        picture={picture}
        words={pictureWords}
        areas={editor.areas}
        selected={selected}
        draft={draft?.points}
        hintId={hintId}
        onSelect={editor.select}
        onPlace={editor.place}
        onClose={editor.close}
        onMove={editor.move}
        onAdd={editor.add}
        onRemove={editor.remove}
      />
      {problem !== undefined && (
        <Text size="sm" c="var(--tone-trouble)" role="alert">
          {problem}
        </Text>
      )}
      <Text size="xs" c="dimmed" role="status" aria-label="Place of the point" mih="1.4em">
        {editor.placeWords}
      </Text>
      {draft ? (
        <DraftButtons editor={editor} onCancel={cancel} />
      ) : (
        <DrawButtons editor={editor} values={values} firstRef={drawButton} />
      )}
      {values.zones.map((zone, index) => (
        <ZoneCard
          key={zone.key}
          zone={zone}
          field={`zones[${index}]`}
          errors={errors}
          labels={labels}
          isSelected={selected?.id === `zone-${zone.key}`}
          takesFocus={editor.drawn === `zone-${zone.key}`}
          onSelect={() => editor.select(`zone-${zone.key}`)}
          onChange={(change) =>
            onChange({
              zones: values.zones.map((other) =>
                other === zone ? { ...other, ...change } : other,
              ),
            })
          }
          onDelete={() => remove({ zones: values.zones.filter((other) => other !== zone) })}
        />
      ))}
      {values.masks.map((mask, index) => (
        <MaskCard
          key={mask.key}
          name={`Mask ${index + 1}`}
          points={mask.points}
          error={errors[`masks[${index}]`]}
          isSelected={selected?.id === `mask-${mask.key}`}
          takesFocus={editor.drawn === `mask-${mask.key}`}
          onSelect={() => editor.select(`mask-${mask.key}`)}
          onDelete={() => remove({ masks: values.masks.filter((other) => other !== mask) })}
        />
      ))}
      {(errors.zones ?? errors.masks) !== undefined && (
        <Text size="sm" c="var(--tone-trouble)" role="alert">
          {errors.zones ?? errors.masks}
        </Text>
      )}
    </Stack>
  );
}

interface Draft {
  kind: AreaKind;
  points: Point[];
}

type Areas = ReturnType<typeof useAreas>;

/** Which area is worked on or drawn, and every change that its points can take. */
function useAreas(values: DetectValues, onChange: Props["onChange"]) {
  const [selectedId, setSelected] = useState<string>();
  const [draft, setDraft] = useState<Draft>();
  const [problem, setProblem] = useState<string>();
  const [placeWords, setPlaceWords] = useState("");
  /** The one that was drawn last, and gets the focus. */
  const [drawn, setDrawn] = useState<string>();
  const areas = areasOf(values);
  const selected = areas.find(({ id }) => id === selectedId);

  const put = ({ id, kind }: DrawnArea, points: Point[]) => {
    const replaced = <Value extends { key: number; points: Point[] }>(all: readonly Value[]) =>
      all.map((value) => (id === `${kind}-${value.key}` ? { ...value, points } : value));
    onChange(
      kind === "zone" ? { zones: replaced(values.zones) } : { masks: replaced(values.masks) },
    );
  };
  /** Changes the points of the selected area, unless that makes none. */
  const change = (points: Point[], words = "") => {
    const wrong = polygonProblem(points);
    setProblem(wrong);
    if (selected !== undefined && wrong === undefined) {
      put(selected, points);
      setPlaceWords(words);
    }
  };
  const finish = (kind: AreaKind, points: readonly Point[]) => {
    const wrong = polygonProblem(points);
    setProblem(wrong);
    if (wrong !== undefined) {
      return;
    }
    setDraft(undefined);
    let id: string;
    if (kind === "zone") {
      const zone = newZone(values.zones, points);
      id = `zone-${zone.key}`;
      onChange({ zones: [...values.zones, zone] });
    } else {
      const mask = newMask(points);
      id = `mask-${mask.key}`;
      onChange({ masks: [...values.masks, mask] });
    }
    setSelected(id);
    setDrawn(id);
  };

  return {
    areas,
    selected,
    draft,
    problem,
    placeWords,
    drawn,
    select: (id: string) => {
      setSelected(id);
      setProblem(undefined);
      setPlaceWords("");
    },
    draw: (kind: AreaKind) => {
      setProblem(undefined);
      setPlaceWords("");
      setDraft({ kind, points: [] });
    },
    cancel: () => {
      setDraft(undefined);
      setProblem(undefined);
    },
    place: (at: Point) => {
      if (draft === undefined) {
        return;
      }
      const points = [...draft.points, placed(at)];
      const wrong = lineProblem(points);
      setProblem(wrong);
      if (wrong === undefined) {
        setDraft({ ...draft, points });
      }
    },
    takeBack: () => {
      setProblem(undefined);
      setDraft(draft && { ...draft, points: draft.points.slice(0, -1) });
    },
    close: () => draft && finish(draft.kind, draft.points),
    closeWithRectangle: () => draft && finish(draft.kind, RECTANGLE),
    move: (index: number, to: Point) => {
      if (selected !== undefined) {
        const points = withPointMoved(selected.points, index, to);
        change(points, wordsOfPlace(selected, index, points[index]));
      }
    },
    add: (index: number) => selected && change(withPointAfter(selected.points, index)),
    remove: (index: number) => selected && change(withoutPoint(selected.points, index)),
  };
}

function wordsOfPlace({ name }: DrawnArea, index: number, point: Point | undefined): string {
  const percent = (part = 0) => `${(part * 100).toFixed(1)} %`;
  return `Point ${index + 1} of ${name}: ${percent(point?.x)} from the left, ${percent(point?.y)} from the top.`;
}

interface DrawProps {
  editor: Areas;
  values: DetectValues;
  firstRef: Ref<HTMLButtonElement>;
}

function DrawButtons({ editor, values, firstRef }: DrawProps) {
  return (
    <Group gap="xs">
      <Button
        ref={firstRef}
        size="xs"
        leftSection={<IconPolygon size={15} aria-hidden />}
        disabled={values.zones.length >= ZONES_MAX}
        onClick={() => editor.draw("zone")}
      >
        Draw a zone
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconMask size={15} aria-hidden />}
        disabled={values.masks.length >= MASKS_MAX}
        onClick={() => editor.draw("mask")}
      >
        Draw a mask
      </Button>
      <Text size="xs" c="dimmed">
        What happens in a zone is found by its name; in a mask nothing counts, motion neither.
      </Text>
    </Group>
  );
}

function DraftButtons({ editor, onCancel }: { editor: Areas; onCancel: () => void }) {
  const count = editor.draft?.points.length ?? 0;
  const rectangle = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that was pressed is gone; this one needs no pointer.
    rectangle.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Group gap="xs">
      <Button
        size="xs"
        leftSection={<IconCheck size={15} aria-hidden />}
        disabled={count < 3}
        onClick={editor.close}
      >
        Close the {editor.draft?.kind}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={15} aria-hidden />}
        disabled={count === 0}
        onClick={editor.takeBack}
      >
        Take back a point
      </Button>
      <Button
        ref={rectangle}
        size="xs"
        variant="default"
        leftSection={<IconRectangle size={15} aria-hidden />}
        onClick={editor.closeWithRectangle}
      >
        Put a rectangle instead
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={15} aria-hidden />}
        onClick={onCancel}
      >
        Cancel drawing
      </Button>
    </Group>
  );
}
