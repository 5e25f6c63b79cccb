/** Set-up, signing in and out. */
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { openApp } from "../test/app";
import { fakeServer, refusedFields, TOKEN } from "../test/fakeServer";

it("signs in and comes back to where the person was", async () => {
  const login = vi.fn(() => ({ sessionToken: TOKEN }));
  const { user, location, session } = openApp(fakeServer({ auth: { login } }), {
    path: "/cameras?x=1",
  });

  await user.type(await screen.findByLabelText("User name"), "admin");
  expect(location()).toBe("/sign-in?from=%2Fcameras%3Fx%3D1");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  expect(await screen.findByRole("heading", { name: "Cameras" })).toBeVisible();
  expect(location()).toBe("/cameras?x=1");
  expect(session.token()).toBe(TOKEN);
  expect(login).toHaveBeenCalledWith(
    expect.objectContaining({ username: "admin", password: "correct horse" }),
    expect.anything(),
  );
});

it("says at the form that the password is wrong and keeps what was typed", async () => {
  const login = () => {
    throw new ConnectError("user name or password is wrong", Code.Unauthenticated);
  };
  const { user, session } = openApp(fakeServer({ auth: { login } }), { path: "/sign-in" });

  await user.type(await screen.findByLabelText("User name"), "admin");
  await user.type(screen.getByLabelText("Password"), "wrong");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("User name or password is wrong.");
  expect(screen.getByLabelText("User name")).toHaveValue("admin");
  expect(session.token()).toBeUndefined();
});

it("asks for what is missing before it asks the server", async () => {
  const login = vi.fn(() => ({ sessionToken: TOKEN }));
  const { user } = openApp(fakeServer({ auth: { login } }), { path: "/sign-in" });

  await user.click(await screen.findByRole("button", { name: "Sign in" }));

  expect(await screen.findByText("Enter your user name.")).toBeVisible();
  expect(screen.getByText("Enter your password.")).toBeVisible();
  expect(login).not.toHaveBeenCalled();
});

it("goes to sign in when the server refuses the session", async () => {
  const { location } = openApp(fakeServer({}), { path: "/system", token: "expired" });

  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(location()).toBe("/sign-in?from=%2Fsystem");
});

it("signs out at the server and here", async () => {
  const logout = vi.fn(() => ({}));
  const { user, session } = openApp(fakeServer({ auth: { logout } }), {
    path: "/cameras",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("button", { name: "Account menu" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));

  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(logout).toHaveBeenCalledOnce();
  expect(session.token()).toBeUndefined();
});

const setupRequired = { getSetupStatus: () => ({ setupRequired: true }) };

it("leads to set-up on the first run and fills in the token of the link", async () => {
  const completeSetup = vi.fn(() => ({ sessionToken: TOKEN }));
  const { user, location } = openApp(fakeServer({ auth: { ...setupRequired, completeSetup } }), {
    path: "/setup?token=abc-123",
  });

  expect(await screen.findByLabelText("Set-up token")).toHaveValue("abc-123");
  await user.clear(screen.getByLabelText("User name"));
  await user.type(screen.getByLabelText("User name"), "mia");
  await user.type(screen.getByLabelText("Password"), "long enough");
  await user.type(screen.getByLabelText("Password again"), "long enough");
  await user.click(screen.getByRole("button", { name: "Create administrator" }));

  await waitFor(() => expect(location()).toBe("/live"));
  expect(completeSetup).toHaveBeenCalledWith(
    expect.objectContaining({
      setupToken: "abc-123",
      username: "mia",
      password: "long enough",
    }),
    expect.anything(),
  );
});

it("goes from any page to set-up while no administrator exists", async () => {
  const { location } = openApp(fakeServer({ auth: setupRequired }), { path: "/live" });

  expect(await screen.findByRole("heading", { name: "Welcome" })).toBeVisible();
  expect(location()).toBe("/setup");
});

it("says at the fields what is wrong with set-up", async () => {
  const completeSetup = () => {
    throw refusedFields({ setup_token: "this is not the token the server printed" });
  };
  const { user } = openApp(fakeServer({ auth: { ...setupRequired, completeSetup } }), {
    path: "/setup?token=nope",
  });

  await user.type(await screen.findByLabelText("Password"), "short");
  await user.type(screen.getByLabelText("Password again"), "other");
  await user.click(screen.getByRole("button", { name: "Create administrator" }));
  expect(await screen.findByText("Use at least 8 characters.")).toBeVisible();
  expect(screen.getByText("The two passwords differ.")).toBeVisible();

  await user.type(screen.getByLabelText("Password"), " but longer");
  await user.clear(screen.getByLabelText("Password again"));
  await user.type(screen.getByLabelText("Password again"), "short but longer");
  await user.click(screen.getByRole("button", { name: "Create administrator" }));

  await waitFor(() =>
    expect(screen.getByLabelText("Set-up token")).toHaveAccessibleDescription(
      "This is not the token the server printed.",
    ),
  );
});

it("does not offer set-up when it is done", async () => {
  const { location } = openApp(fakeServer({}), { path: "/setup?token=abc" });

  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(location()).toBe("/sign-in");
});
