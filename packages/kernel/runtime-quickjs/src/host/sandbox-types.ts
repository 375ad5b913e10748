import type { ConsoleLine, RunLimits, RunOutcome } from "@executor/kernel";

/** One call of a tool as it leaves the sandbox. */
export interface SandboxCall {
  /** Counts up within a run. */
  readonly id: number;
  readonly path: string;
  readonly inputJson: string;
}

/** The answer to a {@link SandboxCall}. */
export interface SandboxAnswer {
  readonly id: number;
  readonly succeeded: boolean;
  /** JSON text of the result, or of a `ToolCallFailure` with all its members, `status` and `data` null where there is none. */
  readonly json: string;
}

export type SandboxLimits = Omit<RunLimits, "wallTimeMs">;

/** How a run ended; `Stopped` where the host asked for it. */
export type SandboxOutcome =
  | Exclude<RunOutcome, { readonly _tag: "TimedOut" }>
  | { readonly _tag: "Stopped" };

export interface SandboxEnd {
  readonly outcome: SandboxOutcome;
  readonly consoleTruncated: boolean;
}

/** What a sandbox needs around it. Nothing of it is visible to the agent's code. */
export interface SandboxHost {
  /** Read every few thousand instructions; `true` ends the run. */
  readonly shouldStop: () => boolean;
  /** Promise jobs between two calls of `shouldStop`. */
  readonly jobsAtOnce?: number;
  /** Starts a call; answered later through `Sandbox.answer`, never from within. */
  readonly onCall: (call: SandboxCall) => void;
  readonly onConsole: (line: ConsoleLine) => void;
  /** Computing begins. */
  readonly onEnter: () => void;
  /** Computing ends, for now or for good; `goesOn` where it was deferred, and needs no answer to go on. */
  readonly onLeave: (goesOn: boolean) => void;
  /** Bytes that the memory grew to. */
  readonly onMemory: (bytes: number) => void;
  /** Called once, last. */
  readonly onEnd: (end: SandboxEnd) => void;
  /** Goes on later, after the host had a turn. */
  readonly defer: (next: () => void) => void;
}
