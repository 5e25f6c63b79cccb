/** Changes the password of whoever is signed in. */
import { Alert, Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { passwordProblem } from "../../lib/password";
import { ErrorNotice } from "../ErrorNotice";

interface Props {
  onChange: (current: string, next: string) => Promise<void>;
}

const FIELDS: Readonly<Record<string, string>> = {
  current_password: "current",
  new_password: "next",
};

export function PasswordForm({ onChange }: Props) {
  const [outcome, setOutcome] = useState<{ words?: ErrorWords }>();
  const form = useForm({
    initialValues: { current: "", next: "", again: "" },
    validate: {
      current: (value) => (value === "" ? "Enter your current password." : null),
      next: (value) => passwordProblem(value),
      again: (value, { next }) => (value === next ? null : "The two passwords differ."),
    },
  });

  const submit = form.onSubmit(async ({ current, next }) => {
    setOutcome(undefined);
    try {
      await onChange(current, next);
      form.reset();
      setOutcome({});
    } catch (error) {
      const words = describeError(error);
      for (const { field, description } of words.fields) {
        form.setFieldError(FIELDS[field] ?? "current", description);
      }
      setOutcome(words.fields.length > 0 ? undefined : { words });
    }
  });

  const visibility = { "aria-label": "Show or hide the password" };
  return (
    <form onSubmit={submit} noValidate aria-label="Change password">
      <Stack gap="sm" maw={420}>
        <PasswordInput
          required
          label="Current password"
          autoComplete="current-password"
          visibilityToggleButtonProps={visibility}
          {...form.getInputProps("current")}
        />
        <PasswordInput
          required
          label="New password"
          description="At least 8 characters."
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
          {...form.getInputProps("next")}
        />
        <PasswordInput
          required
          label="New password again"
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
          {...form.getInputProps("again")}
        />
        {outcome?.words && <ErrorNotice words={outcome.words} />}
        {outcome && !outcome.words && (
          <Alert
            color="teal"
            variant="light"
            role="status"
            icon={<IconCheck size={18} aria-hidden />}
          >
            The password is changed. Your other sessions have ended.
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={form.submitting}>
            Change password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
