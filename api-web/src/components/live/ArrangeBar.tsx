/** Says what can be done and what was done while tiles are arranged, and lists what is left out. */
import { Button, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import classes from "./arrange.module.css";

interface Named {
  id: string;
  displayName: string;
}

interface Props<Camera extends Named> {
  leftOut: readonly Camera[];
  /** What was done last, and to which camera. */
  lastChange: { id: string; words: string } | undefined;
  onPutBack: (camera: Camera) => void;
}

export function ArrangeBar<Camera extends Named>(props: Props<Camera>) {
  const { leftOut, lastChange, onPutBack } = props;
  return (
    <section className={classes.bar} aria-label="Arrange cameras">
      <Text size="sm" role="status">
        {lastChange?.words ?? "Drag cameras to their places, or move a handle by the arrow keys."}
      </Text>
      {leftOut.map((camera) => (
        <PutBack
          key={camera.id}
          name={camera.displayName}
          takesFocus={camera.id === lastChange?.id}
          onClick={() => onPutBack(camera)}
        />
      ))}
    </section>
  );
}

interface PutBackProps {
  name: string;
  takesFocus: boolean;
  onClick: () => void;
}

function PutBack({ name, takesFocus, onClick }: PutBackProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that left the camera out is gone with it.
    if (takesFocus) {
      button.current?.focus();
    }
  }, [takesFocus]);
  return (
    <Button
      ref={button}
      size="compact-sm"
      variant="default"
      leftSection={<IconEye size={14} aria-hidden />}
      onClick={onClick}
    >
      Put back {name}
    </Button>
  );
}
