/** The first run: makes the administrator with the one-time token that the server printed. */
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { describeError, type ErrorWords } from "../api/errors";
import { useSession } from "../api/SessionProvider";
import { ErrorNotice } from "../components/ErrorNotice";
import { FrontDoor } from "../components/FrontDoor";
import { Loading } from "../components/Loading";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import { passwordProblem } from "../lib/password";

const FIELDS: Readonly<Record<string, string>> = {
  setup_token: "token",
  username: "username",
  password: "password",
};

export function SetupPage() {
  useDocumentTitle("Set up · RoninNVR");
  const { session, isSignedIn } = useSession();
  const [params] = useSearchParams();
  const status = useQuery(AuthService.method.getSetupStatus, {});
  const setup = useMutation(AuthService.method.completeSetup);
  const [failure, setFailure] = useState<ErrorWords>();
  const form = useForm({
    initialValues: { token: params.get("token") ?? "", username: "admin", password: "", again: "" },
    validate: {
      token: (value) => (value.trim() === "" ? "Enter the token from the server's log." : null),
      username: (value) => (value.trim() === "" ? "Choose a user name." : null),
      password: (value) => passwordProblem(value),
      again: (value, { password }) => (value === password ? null : "The two passwords differ."),
    },
  });

  if (isSignedIn) {
    return <Navigate to="/live" replace />;
  }
  if (status.data && !status.data.setupRequired) {
    return <Navigate to="/sign-in" replace />;
  }

  const submit = form.onSubmit(async ({ token, username, password }) => {
    setFailure(undefined);
    try {
      const { sessionToken } = await setup.mutateAsync({
        setupToken: token.trim(),
        username: username.trim(),
        password,
      });
      session.signedIn(sessionToken);
    } catch (error) {
      const words = describeError(error);
      const known = words.fields.filter(({ field }) => FIELDS[field] !== undefined);
      for (const { field, description } of known) {
        form.setFieldError(FIELDS[field] ?? "", description);
      }
      setFailure(known.length > 0 ? undefined : words);
    }
  });

  const visibility = { "aria-label": "Show or hide the password" };
  return (
    <FrontDoor
      title="Welcome"
      description="Make the first administrator of this server. The set-up token is in the server's log, and works once."
    >
      {status.isPending && <Loading>Asking the server</Loading>}
      {status.error && !status.data && (
        <ErrorNotice words={describeError(status.error)} onRetry={() => void status.refetch()} />
      )}
      {status.data && (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <TextInput
              required
              label="Set-up token"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              {...form.getInputProps("token")}
            />
            <TextInput
              required
              label="User name"
              autoComplete="username"
              autoCapitalize="none"
              maxLength={64}
              {...form.getInputProps("username")}
            />
            <PasswordInput
              required
              label="Password"
              description="At least 8 characters."
              autoComplete="new-password"
              visibilityToggleButtonProps={visibility}
              {...form.getInputProps("password")}
            />
            <PasswordInput
              required
              label="Password again"
              autoComplete="new-password"
              visibilityToggleButtonProps={visibility}
              {...form.getInputProps("again")}
            />
            {failure && <ErrorNotice words={failure} />}
            <Button type="submit" fullWidth loading={setup.isPending}>
              Create administrator
            </Button>
          </Stack>
        </form>
      )}
    </FrontDoor>
  );
}
