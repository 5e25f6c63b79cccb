// hls.js ships types for its full build only; the light build is a subset of the same interface.
declare module "hls.js/light" {
  export { default } from "hls.js";
}
