import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      "packages/core/*",
      "packages/kernel/*",
      "packages/plugins/*",
      "packages/hosts/*",
      "packages/observability",
      "apps/*",
      { test: { name: "ci", root: import.meta.dirname, include: [".ci/**/*.test.ts"] } },
    ],
  },
});
