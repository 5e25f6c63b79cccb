/** How a camera is reached: brand, address, sign-in, and the paths of its streams. */
import {
  Checkbox,
  Collapse,
  Group,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { BRANDS, type BrandId, brandOf } from "../../lib/brands";
import { withBrand } from "../../lib/cameraForm";
import { AddressFields } from "./AddressFields";
import { JitterBuffer } from "./JitterBuffer";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  /** Whether the server keeps a password for each stream. */
  hasPassword?: { main: boolean; sub: boolean };
}

const NO_PASSWORDS = { main: false, sub: false };

export function ConnectionFields({ form, hasPassword = NO_PASSWORDS }: Props) {
  const { brand, subIsElsewhere } = form.values;
  return (
    <Stack gap="md">
      <NativeSelect
        label="Brand"
        description={brandOf(brand).note}
        data={BRANDS.map(({ id, label }) => ({ value: id, label }))}
        value={brand}
        onChange={(event) =>
          form.setValues(withBrand(form.getValues(), event.currentTarget.value as BrandId))
        }
      />
      <AddressFields form={form} source="main" />
      <SignInFields form={form} source="main" hasPassword={hasPassword.main} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput
          label="Path of the main stream"
          description="The large one: it is recorded."
          placeholder="/h264/ch1/main"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps("main.path")}
        />
        <TextInput
          label="Path of the sub stream"
          description="The small one, for the grid. May be empty."
          placeholder="none"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps("sub.path")}
        />
      </SimpleGrid>
      <MoreOptions form={form} />
      {subIsElsewhere && (
        <Stack gap="sm" role="group" aria-label="Sub stream">
          <AddressFields form={form} source="sub" />
          <SignInFields form={form} source="sub" hasPassword={hasPassword.sub} />
        </Stack>
      )}
    </Stack>
  );
}

interface SignInProps {
  form: CameraFormHandle;
  source: "main" | "sub";
  hasPassword: boolean;
}

/** User name and password of one source. */
export function SignInFields({ form, source, hasPassword }: SignInProps) {
  const of = source === "main" ? "" : " of the sub stream";
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        label={`User name${of}`}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps(`${source}.username`)}
      />
      <PasswordInput
        label={`Password${of}`}
        autoComplete="new-password"
        placeholder={hasPassword ? "Stored; leave empty to keep it" : ""}
        visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
        {...form.getInputProps(`${source}.password`)}
      />
    </SimpleGrid>
  );
}

function MoreOptions({ form }: { form: CameraFormHandle }) {
  const { main, subIsElsewhere } = form.values;
  const [isOpen, { toggle }] = useDisclosure(
    main.allowBasicAuth ||
      main.tls ||
      main.transport === "udp" ||
      main.jitterBufferMs !== "" ||
      subIsElsewhere,
  );
  return (
    <Stack gap="xs">
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} fz="sm" c="dimmed" w="fit-content">
        <Group gap={4}>
          {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          More options
        </Group>
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Stack gap="sm" pl="md">
          <NativeSelect
            label="Transport"
            w={{ base: "100%", sm: 260 }}
            data={[
              { value: "tcp", label: "TCP: nothing is lost on the way" },
              { value: "udp", label: "UDP: less delay" },
            ]}
            {...form.getInputProps("main.transport")}
          />
          <JitterBuffer form={form} source="main" label="Jitter buffer" />
          <Checkbox
            label="RTSP over TLS (rtsps)"
            {...form.getInputProps("main.tls", { type: "checkbox" })}
          />
          <Checkbox
            label="Allow Basic sign-in"
            description="Sends the password readable by anyone on the network, where the camera offers nothing better."
            {...form.getInputProps("main.allowBasicAuth", { type: "checkbox" })}
          />
          <Checkbox
            label="The sub stream has another address or sign-in"
            {...form.getInputProps("subIsElsewhere", { type: "checkbox" })}
          />
          {subIsElsewhere && (
            <Text size="xs" c="dimmed">
              Its own fields are below. Transport and TLS of it stand with its address.
            </Text>
          )}
        </Stack>
      </Collapse>
    </Stack>
  );
}
