import { Context } from "effect";
import type { RunLimits } from "@executor/kernel";

/** Limits of executions. */
export interface ExecutionLimits extends RunLimits {
  /** Executions that run at once; others wait. */
  readonly maxRunning: number;
  /** Executions that wait at once; others are refused. */
  readonly maxWaiting: number;
  /**
   * Executions that wait for people at once, of one caller two thirds at most; questions of further ones fail. Each keeps its
   * sandbox: about 9 MiB and the code's data.
   */
  readonly maxPaused: number;
  /** Milliseconds after which an unanswered question expires. */
  readonly approvalTimeoutMs: number;
  /** Number of executions that the history keeps. */
  readonly maxHistory: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: ExecutionLimits = {
  wallTimeMs: 60_000,
  memoryBytes: 64 * mebibyte,
  maxOutputChars: 30_000,
  maxBlockBytes: 4 * mebibyte,
  maxContentBytes: 8 * mebibyte,
  maxToolInputChars: mebibyte,
  maxToolCallsInFlight: 64,
  maxRunning: 16,
  maxWaiting: 1_000,
  maxPaused: 64,
  approvalTimeoutMs: 15 * 60_000,
  maxHistory: 1_000,
};

/** The limits in force: {@link defaultLimits} unless an app provides others. */
export class Limits extends Context.Reference<Limits>()("@executor/execution/Limits", {
  defaultValue: () => defaultLimits,
}) {}
