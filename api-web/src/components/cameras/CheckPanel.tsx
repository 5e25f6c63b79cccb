/** Both streams of a camera as the last check found them; after a refused sign-in, the way to mend it. */
import { Alert, Button, Group, SimpleGrid, Stack } from "@mantine/core";
import { IconInfoCircle, IconPlayerStop, IconPlugConnected } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { ErrorWords } from "../../api/errors";
import { streamOf } from "../../lib/cameraForm";
import { sourceWords } from "../../lib/cameraWords";
import { SignInFields } from "./ConnectionFields";
import { StreamCheck } from "./StreamCheck";
import type { CameraFormHandle } from "./useCameraForm";
import { type Checks, failureOf } from "./useChecks";

interface Props {
  form: CameraFormHandle;
  checks: Checks;
  onCheck: () => void;
  /**
   * Whether user name and password are asked for here after the camera refused them. The form around
   * it then checks again when it is submitted.
   */
  asksSignIn?: boolean;
  /** Whether the server keeps a password for the main stream. */
  hasPassword?: boolean;
}

export function CheckPanel(props: Props) {
  const { form, checks, onCheck, asksSignIn = false, hasPassword = false } = props;
  const { main, sub } = checks;
  const address = (key: "main" | "sub") => {
    const source = streamOf(form.values, key);
    return source === undefined ? "" : sourceWords(source);
  };
  const isUntried = main.state.kind === "untried";
  const isStale = !isUntried && !(main.isCurrent && (sub?.isCurrent ?? true));
  useFocusOnRefusal(form, checks);

  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: sub ? 2 : 1 }} spacing="md">
        <StreamCheck name="Main stream" address={address("main")} check={main} />
        {sub && <StreamCheck name="Sub stream" address={address("sub")} check={sub} />}
      </SimpleGrid>
      {asksSignIn && isRefusal(failureOf(main)) && (
        <SignInFields form={form} source="main" hasPassword={hasPassword} />
      )}
      {isStale && !checks.isTrying && (
        <Alert variant="light" icon={<IconInfoCircle size={18} aria-hidden />}>
          The connection was changed since the last check.
        </Alert>
      )}
      <Group>
        {checks.isTrying ? (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            onClick={checks.cancel}
          >
            Stop the check
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            {...(asksSignIn ? { type: "submit" as const } : { onClick: onCheck })}
          >
            {isUntried ? "Check the connection" : "Check again"}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** Whether the camera, or the server for it, wants another user name or password. */
function isRefusal(words: ErrorWords | undefined): boolean {
  return (
    words?.reason === "CAMERA_UNAUTHORIZED" ||
    words?.fields.some(({ field }) => field === "source.password") === true
  );
}

/** After a refused sign-in the password is what has to be typed again. */
function useFocusOnRefusal(form: CameraFormHandle, { main }: Checks): void {
  const { getInputNode, setFieldError } = form;
  const failed = main.state.kind === "failed" ? main.state.words : undefined;
  const told = useRef<ErrorWords | undefined>(undefined);
  useEffect(() => {
    // Once for each refusal, not for each letter that is typed after it.
    if (failed === undefined || failed === told.current || !isRefusal(failed)) {
      return;
    }
    told.current = failed;
    const refused = failed.fields.find(({ field }) => field === "source.password");
    setFieldError("main.password", refused?.description ?? "The camera refused it.");
    const password = getInputNode("main.password");
    password?.focus();
    if (password instanceof HTMLInputElement) {
      password.select();
    }
  }, [failed, getInputNode, setFieldError]);
}
