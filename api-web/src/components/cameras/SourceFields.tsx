/** The fields of one source: its address in one line or in parts, and how it is fetched. */
import {
  Checkbox,
  Collapse,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  SimpleGrid,
  Stack,
  TextInput,
  UnstyledButton,
} from "@mantine/core";
import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { AddressMode, CameraValues, SourceKey } from "../../lib/cameraForm";

/** The form these fields are part of. */
export type CameraFormHandle = UseFormReturnType<
  CameraValues,
  CameraValues,
  (values: CameraValues) => FormErrors
>;

interface Props {
  form: CameraFormHandle;
  source: SourceKey;
  /** Whether the server keeps a password for this source. */
  hasPassword: boolean;
}

export function SourceFields({ form, source, hasPassword }: Props) {
  const values = form.values[source];
  const [isOpen, { toggle }] = useDisclosure(
    values.allowBasicAuth || values.transport === "udp" || values.tls,
  );
  const label = source === "main" ? "Address" : "Sub stream address";

  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={`How to enter the ${label.toLowerCase()}`}
        size="xs"
        w="fit-content"
        value={values.mode}
        onChange={(mode) => form.setFieldValue(`${source}.mode`, mode as AddressMode)}
        data={[
          { value: "url", label: "One line" },
          { value: "parts", label: "In parts" },
        ]}
      />
      {values.mode === "url" ? (
        <TextInput
          required
          label={label}
          description="With user name and password if the camera wants them."
          placeholder="rtsp://user:password@192.168.1.20:554/h264/ch1/main"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps(`${source}.url`)}
        />
      ) : (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput
              required
              label="Host"
              placeholder="192.168.1.20"
              autoCapitalize="none"
              spellCheck={false}
              {...form.getInputProps(`${source}.host`)}
            />
            <NumberInput
              label="Port"
              placeholder={values.tls ? "322" : "554"}
              min={1}
              max={65535}
              hideControls
              {...form.getInputProps(`${source}.port`)}
            />
          </SimpleGrid>
          <TextInput
            label="Path"
            placeholder="/h264/ch1/main"
            autoCapitalize="none"
            spellCheck={false}
            {...form.getInputProps(`${source}.path`)}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput
              label="User name"
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              {...form.getInputProps(`${source}.username`)}
            />
            <PasswordInput
              label="Password"
              autoComplete="new-password"
              placeholder={hasPassword ? "Stored; leave empty to keep it" : ""}
              visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
              {...form.getInputProps(`${source}.password`)}
            />
          </SimpleGrid>
        </>
      )}
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} fz="sm" c="dimmed" w="fit-content">
        <Group gap={4}>
          {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          Connection options
        </Group>
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Stack gap="sm" pl="md">
          <Group gap="sm">
            <SegmentedControl
              aria-label="Transport"
              size="xs"
              value={values.transport}
              onChange={(value) =>
                form.setFieldValue(`${source}.transport`, value === "udp" ? "udp" : "tcp")
              }
              data={[
                { value: "tcp", label: "TCP, nothing is lost" },
                { value: "udp", label: "UDP, lower delay" },
              ]}
            />
          </Group>
          {values.mode === "parts" && (
            <Checkbox
              label="RTSP over TLS (rtsps)"
              {...form.getInputProps(`${source}.tls`, { type: "checkbox" })}
            />
          )}
          <Checkbox
            label="Allow Basic sign-in"
            description="Sends the password readable by anyone on the network, where the camera offers nothing better."
            {...form.getInputProps(`${source}.allowBasicAuth`, { type: "checkbox" })}
          />
        </Stack>
      </Collapse>
    </Stack>
  );
}
