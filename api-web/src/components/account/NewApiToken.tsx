/** Makes an API token and shows its secret, once. */
import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Select,
  Stack,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCheck, IconCopy, IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { DAY_MS } from "../../lib/time";
import { ErrorNotice } from "../ErrorNotice";

interface Props {
  /** Makes the token and returns its secret; `expiresAtMs` undefined: it never ends. */
  onCreate: (displayName: string, expiresAtMs: number | undefined) => Promise<string>;
}

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Until revoked" },
];

export function NewApiToken({ onCreate }: Props) {
  const [secret, setSecret] = useState<string>();
  const [failure, setFailure] = useState<ErrorWords>();
  const form = useForm({
    initialValues: { displayName: "", lifetime: "365" },
    validate: {
      displayName: (value) => (value.trim() === "" ? "Say what the token is for." : null),
    },
  });

  const submit = form.onSubmit(async ({ displayName, lifetime }) => {
    setFailure(undefined);
    setSecret(undefined);
    try {
      const endsAt = lifetime === "never" ? undefined : Date.now() + Number(lifetime) * DAY_MS;
      setSecret(await onCreate(displayName.trim(), endsAt));
      form.reset();
    } catch (error) {
      const words = describeError(error);
      const own = words.fields.find(({ field }) => field === "display_name");
      if (own) {
        form.setFieldError("displayName", own.description);
      } else {
        setFailure(words);
      }
    }
  });

  return (
    <Stack gap="sm">
      <form onSubmit={submit} noValidate aria-label="New API token">
        <Group align="flex-start" gap="sm">
          <TextInput
            required
            label="What it is for"
            placeholder="Home automation"
            maxLength={100}
            {...form.getInputProps("displayName")}
          />
          <Select
            label="Ends after"
            data={LIFETIMES}
            allowDeselect={false}
            w={150}
            {...form.getInputProps("lifetime")}
          />
          <Button
            type="submit"
            mt={25}
            loading={form.submitting}
            leftSection={<IconKey size={16} aria-hidden />}
          >
            Create token
          </Button>
        </Group>
      </form>
      {failure && <ErrorNotice words={failure} />}
      {secret && (
        <Alert
          color="teal"
          variant="light"
          title="Copy the token now: it is not shown again"
          role="status"
        >
          <Group gap="xs" wrap="nowrap">
            <Code fz="sm" style={{ overflowWrap: "anywhere" }} aria-label="Secret of the token">
              {secret}
            </Code>
            <CopyButton value={secret}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : "Copy"}>
                  <ActionIcon variant="default" aria-label="Copy the token" onClick={copy}>
                    {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </Group>
        </Alert>
      )}
    </Stack>
  );
}
