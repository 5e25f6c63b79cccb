// Builds the app into dist/ and serves it in development. Not here: tests (vitest.config.ts).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const engine = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Graphviz, the largest piece, is a lazy chunk of its own; nothing else comes near this.
    chunkSizeWarningLimit: 1500,
  },
  server: {
    proxy: {
      "^/ronin\\.v1\\..*": { target: engine },
      "^/exports/[^/]+/file": { target: engine },
      "^/events/[^/]+/snapshot\\.jpg$": { target: engine },
      "/live/": { target: engine },
      "/playback/": { target: engine },
      "/preview/": { target: engine },
      "/segments/": { target: engine },
    },
  },
});
