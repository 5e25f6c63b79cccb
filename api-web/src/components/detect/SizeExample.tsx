/** How large the smallest and the largest object of a rule are, drawn in the picture's shape. */
import { useState } from "react";
import { percent } from "../../lib/units";
import classes from "./detect.module.css";

interface Props {
  /** Address of a picture of the camera; undefined while there is none. */
  picture: string | undefined;
  /** Parts of the picture. */
  smallest: number;
  largest: number;
}

export function SizeExample({ picture, smallest, largest }: Props) {
  const [broken, setBroken] = useState<string>();
  return (
    <div
      className={classes.sizes}
      role="img"
      aria-label={`The smallest covers ${percent(smallest)}, the largest ${percent(largest)} of the picture`}
    >
      {picture !== undefined && picture !== broken && (
        <img src={picture} alt="" onError={() => setBroken(picture)} />
      )}
      <div className={classes.size} style={sized(largest)} />
      <div className={classes.size} data-smallest style={sized(smallest)} />
    </div>
  );
}

/** A box in the shape of the picture that covers this part of it. */
function sized(part: number) {
  const side = `${Math.sqrt(Math.min(Math.max(part, 0), 1)) * 100}%`;
  return { width: side, height: side };
}
