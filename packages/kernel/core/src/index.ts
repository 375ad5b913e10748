export * from "./code-runner.ts";
export * from "./code-syntax-error.ts";
export * from "./wall-clock.ts";
