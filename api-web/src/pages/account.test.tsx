/** Password and API tokens. */
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { CreateApiTokenRequest } from "../gen/ronin/v1/auth_pb";
import { openApp } from "../test/app";
import { fakeServer, refusedFields, TOKEN } from "../test/fakeServer";

const noTokens = { listApiTokens: () => ({}) };

it("changes the password and says so", async () => {
  const changePassword = vi.fn(() => ({}));
  const { user } = openApp(fakeServer({ auth: { ...noTokens, changePassword } }), {
    path: "/account",
    token: TOKEN,
  });

  await user.type(await screen.findByLabelText("Current password"), "old password");
  await user.type(screen.getByLabelText("New password"), "new password");
  await user.type(screen.getByLabelText("New password again"), "new password");
  await user.click(screen.getByRole("button", { name: "Change password" }));

  expect(await screen.findByText(/The password is changed/)).toBeVisible();
  expect(changePassword).toHaveBeenCalledWith(
    expect.objectContaining({ currentPassword: "old password", newPassword: "new password" }),
    expect.anything(),
  );
  expect(screen.getByLabelText("Current password")).toHaveValue("");
});

it("says at the field that the current password is wrong", async () => {
  const changePassword = () => {
    throw refusedFields({ current_password: "this is not your password" });
  };
  const { user } = openApp(fakeServer({ auth: { ...noTokens, changePassword } }), {
    path: "/account",
    token: TOKEN,
  });

  await user.type(await screen.findByLabelText("Current password"), "wrong");
  await user.type(screen.getByLabelText("New password"), "new password");
  await user.type(screen.getByLabelText("New password again"), "new password");
  await user.click(screen.getByRole("button", { name: "Change password" }));

  await waitFor(() =>
    expect(screen.getByLabelText("Current password")).toHaveAccessibleDescription(
      "This is not your password.",
    ),
  );
});

it("shows the secret of a new token once, and revokes it after asking", async () => {
  const tokens: { id: string; displayName: string }[] = [];
  const createApiToken = ({ displayName }: CreateApiTokenRequest) => {
    tokens.push({ id: "7", displayName });
    return { secret: "ronin_secret" };
  };
  const revokeApiToken = vi.fn(() => {
    tokens.length = 0;
    return {};
  });
  const listApiTokens = () => ({ apiTokens: tokens });
  const { user } = openApp(
    fakeServer({ auth: { listApiTokens, createApiToken, revokeApiToken } }),
    { path: "/account", token: TOKEN },
  );

  await user.type(await screen.findByLabelText("What it is for"), "Scripts");
  await user.click(screen.getByRole("button", { name: "Create token" }));
  expect(await screen.findByText("ronin_secret")).toBeVisible();

  await user.click(await screen.findByRole("button", { name: "Revoke Scripts" }));
  const dialog = await screen.findByRole("dialog", { name: "Revoke “Scripts”?" });
  expect(revokeApiToken).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Revoke token" }));

  await waitFor(() =>
    expect(screen.queryByRole("button", { name: "Revoke Scripts" })).not.toBeInTheDocument(),
  );
  expect(revokeApiToken).toHaveBeenCalledWith(
    expect.objectContaining({ id: "7" }),
    expect.anything(),
  );
});
