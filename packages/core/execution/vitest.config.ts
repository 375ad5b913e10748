import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Each file keeps threads of its own busy: side by side they would only wait for each other.
    fileParallelism: false,
    testTimeout: 20_000,
  },
});
