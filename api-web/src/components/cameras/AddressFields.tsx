/** Host and port of one source. A whole rtsp:// address that is pasted or typed is taken apart. */
import {
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type ClipboardEvent, useState } from "react";
import { type SourceKey, withAddress } from "../../lib/cameraForm";
import { JitterBuffer } from "./JitterBuffer";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  source: SourceKey;
}

export function AddressFields({ form, source }: Props) {
  const { takeApart, words } = useTakingApart(form, source);
  const isMain = source === "main";
  const props = form.getInputProps(`${source}.host`);

  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text");
    // A part of an address may be pasted too; that goes into the field as it is.
    if (/^\s*rtsps?:\/\//i.test(text) && takeApart(text)) {
      event.preventDefault();
    }
  };

  return (
    <Stack gap={6}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput
          required
          label={isMain ? "Address" : "Address of the sub stream"}
          description="IP address or host name, or a whole rtsp:// address."
          placeholder="192.168.1.20"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...props}
          onPaste={onPaste}
          onBlur={(event) => {
            props.onBlur?.(event);
            // Who presses the button that goes on has it done by that; here it would move away under
            // the pointer.
            if (!isSubmit(event.relatedTarget)) {
              takeApart(event.currentTarget.value);
            }
          }}
        />
        <NumberInput
          label={isMain ? "Port" : "Port of the sub stream"}
          description="Empty: the usual one."
          placeholder={form.values[source].tls ? "322" : "554"}
          min={1}
          max={65_535}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          hideControls
          {...form.getInputProps(`${source}.port`)}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed" role="status">
        {words}
      </Text>
      {!isMain && (
        <Group gap="lg" align="end">
          <NativeSelect
            label="Transport of the sub stream"
            data={[
              { value: "tcp", label: "TCP" },
              { value: "udp", label: "UDP" },
            ]}
            {...form.getInputProps("sub.transport")}
          />
          <JitterBuffer form={form} source="sub" label="Jitter buffer of the sub stream" />
          <Checkbox
            label="Sub stream over TLS"
            {...form.getInputProps("sub.tls", { type: "checkbox" })}
          />
          <Checkbox
            label="Basic sign-in for the sub stream"
            {...form.getInputProps("sub.allowBasicAuth", { type: "checkbox" })}
          />
        </Group>
      )}
    </Stack>
  );
}

function isSubmit(target: EventTarget | null): boolean {
  return target instanceof HTMLButtonElement && target.type === "submit";
}

/** Takes what stands in the address apart; says what was done. */
function useTakingApart(form: CameraFormHandle, source: SourceKey) {
  const [words, setWords] = useState("");
  const takeApart = (text: string): boolean => {
    const addressed = withAddress(form.getValues(), source, text);
    switch (addressed.kind) {
      case "same":
        return false;
      case "unreadable":
        setWords("");
        form.setFieldError(`${source}.host`, addressed.problem);
        return false;
      case "parts":
        form.setValues(addressed.values);
        form.clearFieldError(`${source}.host`);
        setWords(addressed.words);
        return true;
    }
  };
  return { takeApart, words };
}
