/** Draws a rectangle over a picture, or types it: the same area either way. */
import { Group, NumberInput, Stack } from "@mantine/core";
import { type PointerEvent, useRef, useState } from "react";
import { type Area, between, LEAST, withNumber } from "../../lib/area";
import classes from "./AreaPicker.module.css";

interface Props {
  /** Address of the picture. */
  picture: string;
  area: Area;
  onArea: (area: Area) => void;
}

const FIELDS: { key: keyof Area; label: string }[] = [
  { key: "left", label: "From the left" },
  { key: "top", label: "From the top" },
  { key: "width", label: "Width" },
  { key: "height", label: "Height" },
];

export function AreaPicker({ picture, area, onArea }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [from, setFrom] = useState<{ x: number; y: number }>();
  const place = ({ clientX, clientY }: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    const part = (at: number, start: number, length: number) =>
      length > 0 ? ((at - start) / length) * 100 : 0;
    return {
      x: part(clientX, box?.left ?? 0, box?.width ?? 0),
      y: part(clientY, box?.top ?? 0, box?.height ?? 0),
    };
  };
  const draw = (event: PointerEvent) => {
    const drawn = from && between(from, place(event));
    // A click leaves the area as it is.
    if (drawn && drawn.width >= LEAST && drawn.height >= LEAST) {
      onArea(drawn);
    }
  };

  return (
    <Stack gap="sm">
      <div
        ref={frame}
        className={classes.frame}
        data-testid="area-picker"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture?.(event.pointerId);
          setFrom(place(event));
        }}
        onPointerMove={draw}
        onPointerUp={(event) => {
          draw(event);
          setFrom(undefined);
        }}
        onPointerCancel={() => setFrom(undefined)}
      >
        <img className={classes.picture} src={picture} alt="" draggable={false} />
        <div
          className={classes.area}
          data-testid="area"
          style={{
            left: `${area.left}%`,
            top: `${area.top}%`,
            width: `${area.width}%`,
            height: `${area.height}%`,
          }}
        />
      </div>
      <Group gap="xs" grow maw={640}>
        {FIELDS.map(({ key, label }) => (
          <NumberInput
            key={key}
            label={label}
            size="xs"
            suffix=" %"
            min={0}
            max={100}
            allowDecimal={false}
            value={area[key]}
            onChange={(value) => typeof value === "number" && onArea(withNumber(area, key, value))}
          />
        ))}
      </Group>
    </Stack>
  );
}
