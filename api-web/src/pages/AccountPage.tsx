/** The account of whoever is signed in: password and API tokens. */
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button, Container, Group, Modal, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconKey, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { describeError } from "../api/errors";
import { ApiTokenTable } from "../components/account/ApiTokenTable";
import { NewApiToken } from "../components/account/NewApiToken";
import { PasswordForm } from "../components/account/PasswordForm";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { type ApiToken, AuthService } from "../gen/ronin/v1/auth_pb";
import { timestampFromMs } from "../lib/time";

/** People have a handful of tokens; this many are shown. */
const TOKENS_SHOWN = 1000;

export function AccountPage() {
  useDocumentTitle("Account · RoninNVR");
  const change = useMutation(AuthService.method.changePassword);
  return (
    <Container size="md" px={0}>
      <PageHeader title="Account" />
      <Stack gap="md">
        <Panel title="Password" icon={<IconLock size={18} />}>
          <PasswordForm
            onChange={async (currentPassword, newPassword) => {
              await change.mutateAsync({ currentPassword, newPassword });
            }}
          />
        </Panel>
        <ApiTokens />
      </Stack>
    </Container>
  );
}

function ApiTokens() {
  const tokens = useQuery(AuthService.method.listApiTokens, { pageSize: TOKENS_SHOWN });
  const create = useMutation(AuthService.method.createApiToken);
  const revoke = useMutation(AuthService.method.revokeApiToken);
  const [doomed, setDoomed] = useState<ApiToken>();

  const close = () => {
    setDoomed(undefined);
    revoke.reset();
  };

  return (
    <Panel title="API tokens" icon={<IconKey size={18} />}>
      <Stack gap="lg">
        <NewApiToken
          onCreate={async (displayName, expiresAtMs) => {
            const { secret } = await create.mutateAsync({
              displayName,
              ...(expiresAtMs !== undefined && { expireTime: timestampFromMs(expiresAtMs) }),
            });
            void tokens.refetch();
            return secret;
          }}
        />
        {tokens.isPending && <Loading>Loading tokens</Loading>}
        {tokens.error && !tokens.data && (
          <ErrorNotice words={describeError(tokens.error)} onRetry={() => void tokens.refetch()} />
        )}
        {tokens.data && <ApiTokenTable tokens={tokens.data.apiTokens} onRevoke={setDoomed} />}
      </Stack>
      <Modal
        opened={doomed !== undefined}
        onClose={close}
        title={doomed && `Revoke “${doomed.displayName}”?`}
      >
        <Stack gap="md">
          <Text size="sm">Whatever uses this token is refused at once. This cannot be undone.</Text>
          {revoke.error && <ErrorNotice words={describeError(revoke.error)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              color="red.8"
              loading={revoke.isPending}
              onClick={() =>
                doomed &&
                revoke.mutate(
                  { id: doomed.id },
                  {
                    onSuccess: () => {
                      close();
                      void tokens.refetch();
                    },
                  },
                )
              }
            >
              Revoke token
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Panel>
  );
}
