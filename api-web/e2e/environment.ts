/** What the end-to-end run needs to know, from environment variables. */

export interface Environment {
  /** Where the server under test is, without a slash at the end. */
  url: string;
  /** One-time token that the server printed at its first start. */
  setupToken: string;
  /** rtsp:// address of a demo camera. */
  cameraUrl: string;
  /** rtsp:// address of another one that asks for user and password, which are in it. */
  guardedUrl: string;
  /** POST to /stop here makes the demo camera vanish, POST to /start brings it back. */
  control: string;
  /** Folder for screenshots; undefined: none are taken. */
  shots: string | undefined;
}

/** Reads all of it, or fails naming everything that is missing. */
export function readEnvironment(): Environment {
  const missing: string[] = [];
  const required = (name: string): string => {
    const value = process.env[name] ?? "";
    if (value === "") {
      missing.push(name);
    }
    return value;
  };
  const environment = {
    url: required("RONIN_E2E_URL").replace(/\/$/, ""),
    setupToken: required("RONIN_E2E_SETUP_TOKEN"),
    cameraUrl: required("RONIN_E2E_CAMERA_URL"),
    guardedUrl: required("RONIN_E2E_GUARDED_URL"),
    control: required("RONIN_E2E_CONTROL").replace(/\/$/, ""),
    shots: process.env.RONIN_E2E_SHOTS || undefined,
  };
  if (missing.length > 0) {
    throw new Error(`the end-to-end run needs ${missing.join(", ")} (see README.md)`);
  }
  return environment;
}
