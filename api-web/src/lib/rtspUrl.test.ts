/** Addresses taken apart, and those that cannot be. */
import { expect, it } from "vitest";
import { takeApart } from "./rtspUrl";

const none = { tls: false, port: "", path: "", username: "", password: "" };

it.each([
  ["rtsp://cam", { ...none, host: "cam" }],
  [
    " RTSP://viewer:se%40cret@192.168.1.20:8554/cam/realmonitor?channel=1&subtype=0 ",
    {
      tls: false,
      host: "192.168.1.20",
      port: 8554,
      path: "/cam/realmonitor?channel=1&subtype=0",
      username: "viewer",
      password: "se@cret",
    },
  ],
  ["rtsps://cam:7441/x", { ...none, tls: true, host: "cam", port: 7441, path: "/x" }],
  ["rtsp://a:b:c@cam/x", { ...none, host: "cam", path: "/x", username: "a", password: "b:c" }],
  ["rtsp://[fe80::1]:554/x", { ...none, host: "fe80::1", port: 554, path: "/x" }],
  ["cam:8554", { ...none, host: "cam", port: 8554 }],
  ["cam/live", { ...none, host: "cam", path: "/live" }],
  ["rtsp://cam?stream=1", { ...none, host: "cam", path: "?stream=1" }],
])("takes %s apart", (text, parts) => {
  expect(takeApart(text)).toEqual({ kind: "parts", parts });
});

it.each(["192.168.1.20", "cam.lan", "fe80::1", ""])("leaves the host %s alone", (text) => {
  expect(takeApart(text)).toEqual({ kind: "host" });
});

it.each([
  ["http://192.168.1.20/", /begins with http:\/\//],
  ["rtsp://admin:p@ss@cam/x", /%40/],
  ["rtsp://admin:pa/ss@cam/x", /%2F/],
  ["rtsp://admin:50%@cam/x", /%25/],
  ["rtsp://cam:70000/x", /1 to 65535/],
  ["rtsp:///x", /no host/],
  ["rtsp://cam/a b", /%20/],
])("does not guess what %s means", (text, problem) => {
  expect(takeApart(text)).toEqual({
    kind: "unreadable",
    problem: expect.stringMatching(problem),
  });
});
