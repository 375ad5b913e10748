import { Context } from "effect";
import type { Effect } from "effect";

/** What one run may use. */
export interface RunLimits {
  /** Wall time from the first instruction to the result, in milliseconds. */
  readonly wallTimeMs: number;
  /** Bytes of memory that the sandbox may grow to. */
  readonly memoryBytes: number;
  /** Characters of the result's JSON text, and of the console's text together, that leave the sandbox. */
  readonly maxOutputChars: number;
  /** Characters of JSON text that one tool call may pass as its input. */
  readonly maxToolInputChars: number;
  /** Tool calls under way at once; further calls wait inside the sandbox. */
  readonly maxToolCallsInFlight: number;
}

/** Why a tool call failed, as the agent's code sees it: the properties of the error that its promise rejects with. */
export interface ToolCallFailure {
  readonly message: string;
  /** The call's outcome, such as `upstream_error`; `code` on the error. */
  readonly outcome: string;
  /** The upstream's status, where it answered with one. */
  readonly status?: number | undefined;
  /** What the call returned all the same, such as the part of a GraphQL result that has no errors; JSON. */
  readonly data?: unknown;
}

/** What a run has done and used so far. */
export interface RunState {
  readonly console: ReadonlyArray<ConsoleLine>;
  /** Seconds that the sandbox computed, waiting left out. */
  readonly cpuTimeSeconds: number;
  /** Bytes that the sandbox's memory grew to. */
  readonly memoryPeakBytes: number;
  /** Whether the code computes at this moment. Where not, only the answer of a tool call makes it go on. */
  readonly isComputing: boolean;
}

export interface RunRequest {
  /** The agent's code as written: TypeScript or JavaScript, statements or a lone expression or function. */
  readonly code: string;
  readonly limits: RunLimits;
  /**
   * Calls the tool at `path` (`github.repos.get`) with the JSON text of its input, for the JSON text of its result.
   * Interrupted when the run ends before it.
   */
  readonly callTool: (path: string, inputJson: string) => Effect.Effect<string, ToolCallFailure>;
  /** Called once, when the code starts. `observe` may be called at any time, also after the run was interrupted. */
  readonly onStart?: ((observe: () => RunState) => void) | undefined;
}

export interface ConsoleLine {
  readonly level: "debug" | "log" | "info" | "warn" | "error";
  readonly text: string;
}

/** The result's JSON text, cut at `maxOutputChars`. */
export interface RunOutput {
  /** JSON text; only its first `maxOutputChars` characters where `truncated`. `null` where the code returned nothing. */
  readonly json: string;
  readonly truncated: boolean;
  /** Characters of the whole JSON text. */
  readonly totalChars: number;
  /** Bytes of the whole JSON text in UTF-8. */
  readonly totalBytes: number;
}

export type RunOutcome =
  | { readonly _tag: "Completed"; readonly output: RunOutput }
  /** The code did not parse, threw, or returned what JSON cannot hold. */
  | {
      readonly _tag: "Failed";
      readonly name: string;
      readonly message: string;
      readonly stack?: string | undefined;
    }
  /** `message` where another limit than the wall time was met. */
  | { readonly _tag: "TimedOut"; readonly message?: string | undefined }
  | { readonly _tag: "OutOfMemory" }
  /** The sandbox itself broke, for example by overflowing its stack; nothing outside it is harmed. */
  | { readonly _tag: "Crashed"; readonly message: string };

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly console: ReadonlyArray<ConsoleLine>;
  readonly consoleTruncated: boolean;
  /** Seconds that the sandbox computed, waiting left out. */
  readonly cpuTimeSeconds: number;
  /** Bytes that the sandbox's memory grew to. */
  readonly memoryPeakBytes: number;
}

/**
 * Runs agent code in a sandbox. Every end is a {@link RunResult}: agent code cannot make `run` fail, and interrupting `run`
 * stops the code for good.
 */
export class CodeRunner extends Context.Tag("@executor/kernel/CodeRunner")<
  CodeRunner,
  {
    /** The value of the metrics' `runtime` label, such as `quickjs`. */
    readonly runtime: string;
    readonly run: (request: RunRequest) => Effect.Effect<RunResult>;
  }
>() {}
