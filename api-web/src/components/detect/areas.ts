/** Zones and masks of the form as they are drawn and named. */
import type { DetectValues } from "../../lib/detectForm";
import type { Point } from "../../lib/polygon";

export type AreaKind = "zone" | "mask";

export interface DrawnArea {
  /** Of its own among zones and masks: "zone-3". */
  id: string;
  kind: AreaKind;
  /** What it is called; masks are numbered. */
  name: string;
  points: readonly Point[];
}

export function areasOf({ zones, masks }: Pick<DetectValues, "zones" | "masks">): DrawnArea[] {
  return [
    ...masks.map(({ key, points }, index) => ({
      id: `mask-${key}`,
      kind: "mask" as const,
      name: `Mask ${index + 1}`,
      points,
    })),
    ...zones.map(({ key, name, points }) => ({
      id: `zone-${key}`,
      kind: "zone" as const,
      name: name.trim() || "Zone without a name",
      points,
    })),
  ];
}
