import type { ConsoleLine } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall, SandboxEnd, SandboxLimits } from "../sandbox/index.ts";

/** What the main thread says to a worker. Answers of a run that has ended are ignored by its number. */
export type ToWorker =
  | {
      readonly type: "run";
      readonly run: number;
      readonly code: string;
      readonly limits: SandboxLimits;
      readonly control: SharedArrayBuffer;
    }
  | {
      readonly type: "answers";
      readonly run: number;
      readonly answers: ReadonlyArray<SandboxAnswer>;
    }
  /** The control block's stop flag was set; for a run that only waits. */
  | { readonly type: "wake"; readonly run: number };

/** What a worker says to the main thread. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "calls"; readonly run: number; readonly calls: ReadonlyArray<SandboxCall> }
  | { readonly type: "console"; readonly run: number; readonly lines: ReadonlyArray<ConsoleLine> }
  | { readonly type: "end"; readonly run: number; readonly end: SandboxEnd };
