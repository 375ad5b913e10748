import type {
  ElicitationAction,
  ElicitationRequest,
  ElicitationResult,
  JsonObject,
  NobodyToAsk,
  Progress,
} from "@executor/sdk";
import type { Effect } from "effect";
import type { ExecutionTrigger } from "./execution.ts";

export interface ExecutionRequest {
  readonly code: string;
  readonly trigger: ExecutionTrigger;
  /** Milliseconds of wall time, where fewer than the limit are wanted. */
  readonly timeoutMs?: number | undefined;
  /** Who may resume it: `operator` for the API and the CLI of a local daemon, `mcp:<session id>` for an MCP client. */
  readonly owner: string;
  /**
   * Asks inline (an MCP client with elicitation). Where absent, or where it fails with `NobodyToAsk`, the run pauses. Not
   * used any more once the run was paused.
   */
  readonly elicit?:
    | ((request: ElicitationRequest) => Effect.Effect<ElicitationResult, NobodyToAsk>)
    | undefined;
  /** Hears of each tool call as it begins, by the name that the code gave it, until the run is paused. */
  readonly onToolCall?: ((address: string) => Effect.Effect<void>) | undefined;
  /** Hears how far the call of the tool at `address` has come, until the run is paused. */
  readonly onProgress?: ((address: string, progress: Progress) => Effect.Effect<void>) | undefined;
}

/** A person's answer to one question of a paused execution. */
export interface ResumeRequest {
  readonly id: string;
  readonly approvalId: string;
  readonly action: ElicitationAction;
  /** The answers of a form. */
  readonly content?: JsonObject | undefined;
  /** Who answers: the execution's owner, or `operator`, who may answer for every execution. */
  readonly caller: string;
}
