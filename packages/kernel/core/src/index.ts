/**
 * The contract between the execution engine and a sandbox: {@link CodeRunner} runs code, {@link WallClock} is paused while a
 * person is asked. Preparation of code is a separate entry point, `@executor/kernel/prepare-code`, which loads no Effect.
 */
export * from "./code-runner.ts";
export * from "./computing-budget.ts";
export * from "./wall-clock.ts";
