/** The choice to save a camera that no check has seen, with what that means. */
import { Alert, Checkbox } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

interface Props {
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}

export function UncheckedChoice({ isChosen, onChoose }: Props) {
  return (
    <Alert
      color="yellow"
      variant="light"
      title="The main stream was not seen"
      icon={<IconAlertTriangle size={18} aria-hidden />}
    >
      <Checkbox
        checked={isChosen}
        onChange={(event) => onChoose(event.currentTarget.checked)}
        label="Save without checking"
        description="The camera is added as entered. If anything of it is wrong nothing is recorded until you correct it; it is tried again and again, and some cameras lock an account after wrong passwords."
      />
    </Alert>
  );
}
