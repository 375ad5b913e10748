import { Context } from "effect";
import type { RunLimits } from "@executor/kernel";

/** What executions may use. */
export interface ExecutionLimits extends RunLimits {
  /** Executions that run at once; further ones wait. */
  readonly maxRunning: number;
  /** Executions that wait at once; further ones are refused. */
  readonly maxWaiting: number;
  /** Executions that wait for people at once; what further ones want to ask fails. Each keeps its sandbox: about 9 MiB, and the code's own data. */
  readonly maxPaused: number;
  /** Milliseconds for which a question waits for its answer. */
  readonly approvalTimeoutMs: number;
  /** Executions that the history keeps. */
  readonly maxHistory: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: ExecutionLimits = {
  wallTimeMs: 60_000,
  memoryBytes: 64 * mebibyte,
  maxOutputChars: 30_000,
  maxToolInputChars: mebibyte,
  maxToolCallsInFlight: 64,
  maxRunning: 16,
  maxWaiting: 1_000,
  maxPaused: 64,
  approvalTimeoutMs: 15 * 60_000,
  maxHistory: 1_000,
};

/** The limits in force, {@link defaultLimits} where an app provides no others. */
export class Limits extends Context.Reference<Limits>()("@executor/execution/Limits", {
  defaultValue: () => defaultLimits,
}) {}
