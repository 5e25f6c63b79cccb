/** Signs in and goes back to where the person wanted to be. */
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDocumentTitle } from "@mantine/hooks";
import { Navigate, useSearchParams } from "react-router";
import { describeError } from "../api/errors";
import { useSession } from "../api/SessionProvider";
import { ErrorNotice } from "../components/ErrorNotice";
import { FrontDoor } from "../components/FrontDoor";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import { returnPath } from "../lib/returnPath";
import { signInWords } from "../lib/signInWords";

export function SignInPage() {
  useDocumentTitle("Sign in · RoninNVR");
  const { session, isSignedIn } = useSession();
  const [params] = useSearchParams();
  const setup = useQuery(AuthService.method.getSetupStatus, {});
  const login = useMutation(AuthService.method.login);
  const form = useForm({
    initialValues: { username: "", password: "" },
    validate: {
      username: (value) => (value.trim() === "" ? "Enter your user name." : null),
      password: (value) => (value === "" ? "Enter your password." : null),
    },
  });

  if (isSignedIn) {
    return <Navigate to={returnPath(params.get("from"))} replace />;
  }
  if (setup.data?.setupRequired) {
    return <Navigate to="/setup" replace />;
  }

  const submit = form.onSubmit(({ username, password }) =>
    login.mutate(
      { username: username.trim(), password },
      { onSuccess: ({ sessionToken }) => session.signedIn(sessionToken) },
    ),
  );

  return (
    <FrontDoor title="Sign in" description="To see your cameras and their footage.">
      {setup.error && !setup.data && (
        <ErrorNotice words={describeError(setup.error)} onRetry={() => void setup.refetch()} />
      )}
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            required
            label="User name"
            autoComplete="username"
            autoCapitalize="none"
            autoFocus
            {...form.getInputProps("username")}
          />
          <PasswordInput
            required
            label="Password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
            {...form.getInputProps("password")}
          />
          {login.error && <ErrorNotice words={signInWords(login.error)} />}
          <Button type="submit" fullWidth loading={login.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </FrontDoor>
  );
}
