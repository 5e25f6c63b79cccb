// Measurements in a real browser, started by scripts/latency; figures are printed, not judged.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/measure/*.measure.ts"],
    environment: "node",
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
    reporters: ["verbose"],
    disableConsoleIntercept: true,
  },
});
