export * from "./code-runner.ts";
export * from "./code-syntax-error.ts";
export * from "./prepare-code.ts";
export * from "./wall-clock.ts";
