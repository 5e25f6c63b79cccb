// Unit and component tests: everything in src and the helpers of e2e, in jsdom, without a network.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  test: {
    include: ["src/**/*.test.{ts,tsx}", "e2e/**/*.test.ts"],
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: false,
    // Components are slow to import on a small machine; a test that hangs still ends.
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
