import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/core/*", "packages/kernel/*", "packages/plugins/*", "apps/*"],
  },
});
