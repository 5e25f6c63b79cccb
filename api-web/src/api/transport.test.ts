/** The session on its way to the server, and its end. */
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import { CameraService } from "../gen/ronin/v1/camera_pb";
import { fakeTransport } from "../test/app";
import { Session } from "./session";

describe("sessionInterceptor", () => {
  it("sends the session with each call", async () => {
    const session = new Session(localStorage);
    session.signedIn("secret");
    let sent: string | null = null;
    const transport = fakeTransport(session, ({ service }) =>
      service(CameraService, {
        listCameras: (_request, context) => {
          sent = context.requestHeader.get("authorization");
          return {};
        },
      }),
    );

    await createClient(CameraService, transport).listCameras({});

    expect(sent).toBe("Bearer secret");
  });

  it("forgets a session that the server refuses", async () => {
    const session = new Session(localStorage);
    session.signedIn("old");
    const transport = fakeTransport(session, ({ service }) =>
      service(CameraService, { listCameras: refuse }),
    );

    await expect(createClient(CameraService, transport).listCameras({})).rejects.toThrow();

    expect(session.token()).toBeUndefined();
  });

  it("forgets a session that a stream is refused for", async () => {
    const session = new Session(localStorage);
    session.signedIn("old");
    const transport = fakeTransport(session, ({ service }) =>
      service(CameraService, { watchCameras: refuse }),
    );

    const read = async () => {
      for await (const _ of createClient(CameraService, transport).watchCameras({})) {
        throw new Error("nothing was to come");
      }
    };

    await expect(read()).rejects.toThrow("refused");
    expect(session.token()).toBeUndefined();
  });

  it("keeps a session that began while the refused call was under way", async () => {
    const session = new Session(localStorage);
    session.signedIn("old");
    const transport = fakeTransport(session, ({ service }) =>
      service(CameraService, {
        listCameras: () => {
          session.signedIn("new");
          return refuse();
        },
      }),
    );

    await expect(createClient(CameraService, transport).listCameras({})).rejects.toThrow();

    expect(session.token()).toBe("new");
  });

  it("takes a refused sign-in for a wrong password, not for an ended session", async () => {
    const session = new Session(localStorage);
    session.signedIn("current");
    const transport = fakeTransport(session, ({ service }) =>
      service(AuthService, { login: refuse }),
    );

    await expect(createClient(AuthService, transport).login({})).rejects.toThrow();

    expect(session.token()).toBe("current");
  });
});

function refuse(): never {
  throw new ConnectError("refused", Code.Unauthenticated);
}
