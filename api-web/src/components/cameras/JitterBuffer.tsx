/** How late a packet may be; what the server does where nothing is said is in the placeholder. */
import { NumberInput } from "@mantine/core";
import type { SourceKey } from "../../lib/cameraForm";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  source: SourceKey;
  label: string;
}

export function JitterBuffer({ form, source, label }: Props) {
  const isUdp = form.values[source].transport === "udp";
  return (
    <NumberInput
      label={label}
      description={
        isUdp
          ? "How long pictures wait for a packet that was overtaken. More for a network that is uneven, such as Wi-Fi; it delays the live picture where packets are missing."
          : "How late a packet may be and still be believed when it says when it was made. Nothing waits for it."
      }
      suffix=" ms"
      placeholder={isUdp ? "200 ms" : "1000 ms"}
      w={{ base: "100%", sm: 420 }}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      step={50}
      {...form.getInputProps(`${source}.jitterBufferMs`)}
    />
  );
}
