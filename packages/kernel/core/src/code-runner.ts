import { Context, type Effect } from "effect";

/** Limits of one run. */
export interface RunLimits {
  /** Wall time from the first instruction to the result, in milliseconds. */
  readonly wallTimeMs: number;
  /** Bytes of memory that the sandbox may grow to. */
  readonly memoryBytes: number;
  /** Characters of the result's JSON text, and of the console's text together, that leave the sandbox. */
  readonly maxOutputChars: number;
  /** Bytes of data, such as an image's, that one content block may have. One with more leaves the sandbox without it. */
  readonly maxBlockBytes: number;
  /** Bytes of data that all content blocks of a run may have. */
  readonly maxContentBytes: number;
  /** Characters of JSON text that one tool call may pass as its input. */
  readonly maxToolInputChars: number;
  /** Tool calls in flight at once; further calls wait inside the sandbox. */
  readonly maxToolCallsInFlight: number;
}

/** A tool call's result that has more than data. */
export interface ToolAnswer {
  /** JSON text of the data. */
  readonly json: string;
  /** JSON text of the list of content blocks (MCP) that belong to the data. */
  readonly contentJson: string;
}

/** A failed tool call: the properties of the error with which its promise rejects in the agent's code. */
export interface ToolCallFailure {
  readonly message: string;
  /** The call's outcome, such as `upstream_error`; `code` on the error. */
  readonly outcome: string;
  /** The upstream's HTTP status, if it answered with one. */
  readonly status?: number | undefined;
  /** Headers of the upstream's answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the upstream said: the body of its error, or the part of a GraphQL result without errors; JSON. */
  readonly data?: unknown;
  /** Which of `headers` and `data` are not whole. */
  readonly truncated?: ReadonlyArray<string> | undefined;
}

/** Resources that a run has used so far. */
export interface RunUse {
  /** Seconds that the sandbox computed; waiting is left out. */
  readonly cpuTimeSeconds: number;
  /** Bytes that the sandbox's memory grew to. */
  readonly memoryPeakBytes: number;
}

/** State of a run that is under way. */
export interface RunState extends RunUse {
  readonly console: ReadonlyArray<ConsoleLine>;
  /** Whether the code computes at this moment. If not, only the answer of a tool call lets it continue. */
  readonly isComputing: boolean;
}

export interface RunRequest {
  /** The agent's code as written: TypeScript or JavaScript, statements or a lone expression or function. */
  readonly code: string;
  readonly limits: RunLimits;
  /**
   * Calls the tool at `path` (`github.repos.get`) with the JSON texts of its input and of the call's options, which are `null`
   * where the code gave none. Returns the JSON text of the result, and that of its content where it has more than data. Interrupted
   * if the run ends first.
   */
  readonly callTool: (
    path: string,
    inputJson: string,
    optionsJson: string,
  ) => Effect.Effect<string | ToolAnswer, ToolCallFailure>;
  /** Addresses of the tools, one a line, for code that lists the members of `tools`. Without it, `tools` seems to have none. */
  readonly toolNames?: string | undefined;
  /** Called once, when the code starts. `observe` may be called at any time, also after the run was interrupted. */
  readonly onStart?: ((observe: () => RunState) => void) | undefined;
}

export interface ConsoleLine {
  readonly level: "debug" | "log" | "info" | "warn" | "error";
  readonly text: string;
}

/** A content block that the code emitted or returned. */
export interface ContentItem {
  /**
   * JSON of a block as MCP's `CallToolResult` has it, as the code gave it: not checked. A `file` has `data`, `mimeType` and perhaps a
   * `name`.
   */
  readonly json: string;
  /** Bytes of data that are left out because there are too many; 0 if the block is whole. */
  readonly omittedBytes: number;
}

/** The result's JSON text, cut at `maxOutputChars`. */
export interface RunOutput {
  /** JSON text, or only its first `maxOutputChars` characters if `truncated`. A content block in it is a short text. */
  readonly json: string;
  readonly truncated: boolean;
  /** Characters of the whole JSON text. */
  readonly totalChars: number;
  /** Bytes of the whole JSON text in UTF-8. */
  readonly totalBytes: number;
  /** Whether the code returned nothing, which `json` shows as `null`. */
  readonly isNothing: boolean;
}

export type RunOutcome =
  | { readonly _tag: "Completed"; readonly output: RunOutput }
  /** The code did not parse, threw an error, or returned a value that JSON cannot hold. */
  | {
      readonly _tag: "Failed";
      readonly name: string;
      readonly message: string;
      readonly stack?: string | undefined;
    }
  /** The run exceeded its wall time, or another limit that `message` names. */
  | { readonly _tag: "TimedOut"; readonly message?: string | undefined }
  | { readonly _tag: "OutOfMemory" }
  /** The `ComputingBudget` was used up meanwhile. */
  | { readonly _tag: "BudgetSpent" }
  /** The sandbox itself broke, for example by overflowing its stack; nothing outside it is harmed. */
  | { readonly _tag: "Crashed"; readonly message: string };

export interface RunResult extends RunUse {
  readonly outcome: RunOutcome;
  readonly console: ReadonlyArray<ConsoleLine>;
  readonly consoleTruncated: boolean;
  /** Blocks in the order in which the code emitted them, those of the result last. */
  readonly content: ReadonlyArray<ContentItem>;
}

/**
 * Runs agent code in a sandbox. Every run ends with a {@link RunResult}: agent code cannot make `run` fail, and interrupting
 * `run` stops the code for good.
 */
export class CodeRunner extends Context.Tag("@executor/kernel/CodeRunner")<
  CodeRunner,
  {
    /** Value of the metrics' `runtime` label, such as `quickjs`. */
    readonly runtime: string;
    readonly run: (request: RunRequest) => Effect.Effect<RunResult>;
    /** Threads that were told to end and still compute; absent where there are no threads. */
    readonly stuckThreads?: () => number;
  }
>() {}
