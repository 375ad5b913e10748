export * from "./code-runner.ts";
