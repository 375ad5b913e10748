import { ElicitationRequest, Json } from "@executor/sdk/schemas";
import { Schema } from "effect";

/** Identifies one execution; chosen at random. */
export const ExecutionId = Schema.String.pipe(
  Schema.pattern(/^exec_[0-9a-f]{32}$/),
  Schema.brand("ExecutionId"),
  Schema.annotations({ identifier: "ExecutionId" }),
);
export type ExecutionId = typeof ExecutionId.Type;

/** Identifies one question to a person; chosen at random. */
export const ApprovalId = Schema.String.pipe(
  Schema.pattern(/^appr_[0-9a-f]{32}$/),
  Schema.brand("ApprovalId"),
  Schema.annotations({ identifier: "ApprovalId" }),
);
export type ApprovalId = typeof ApprovalId.Type;

/** A question that a paused execution waits for. */
export class PendingApproval extends ElicitationRequest.extend<PendingApproval>("PendingApproval")({
  id: ApprovalId,
  askedAt: Schema.DateTimeUtc,
  /** When it counts as unanswered, and the tool call fails. */
  expiresAt: Schema.DateTimeUtc,
}) {}

/** `paused`: it waits for people's answers. `running`: it was paused, and goes on. The others have ended. */
export const ExecutionStatus = Schema.Literal(
  "paused",
  "running",
  "completed",
  "failed",
  "timeout",
  "cancelled",
  "out_of_memory",
).annotations({ identifier: "ExecutionStatus" });
export type ExecutionStatus = typeof ExecutionStatus.Type;
export type EndStatus = Exclude<ExecutionStatus, "paused" | "running">;

/** Who asked for the execution. */
export const ExecutionTrigger = Schema.Literal("mcp", "api", "cli").annotations({
  identifier: "ExecutionTrigger",
});
export type ExecutionTrigger = typeof ExecutionTrigger.Type;

/** One line that the code wrote to its console. */
export class ConsoleEntry extends Schema.Class<ConsoleEntry>("ConsoleEntry")({
  level: Schema.Literal("debug", "log", "info", "warn", "error"),
  text: Schema.String,
}) {}

/** Why an execution did not complete. */
export class ExecutionError extends Schema.Class<ExecutionError>("ExecutionError")({
  /** The name of the error that the code threw, or `Timeout`, `OutOfMemory`, `Cancelled`, `SandboxCrash`. */
  name: Schema.String,
  message: Schema.String,
  stack: Schema.optional(Schema.String),
}) {}

/** What left the sandbox: the result whole, or the beginning of its JSON text. */
export class ExecutionOutput extends Schema.Class<ExecutionOutput>("ExecutionOutput")({
  /** The result; where `truncated`, the first characters of its JSON text. */
  value: Json,
  truncated: Schema.Boolean,
  /** Characters of the result's whole JSON text. */
  totalChars: Schema.Int,
}) {}

/** An execution as the history lists it. */
export class ExecutionSummary extends Schema.Class<ExecutionSummary>("ExecutionSummary")({
  id: ExecutionId,
  status: ExecutionStatus,
  trigger: ExecutionTrigger,
  startedAt: Schema.DateTimeUtc,
  /** Milliseconds from the first instruction to the end; waiting for a free sandbox or for people is left out. */
  durationMs: Schema.Number,
  /** Tool calls that the code made. */
  toolCalls: Schema.Int,
}) {}

/** One run of agent code. */
export class Execution extends ExecutionSummary.extend<Execution>("Execution")({
  code: Schema.String,
  /** Where the status is `completed`. */
  output: Schema.NullOr(ExecutionOutput),
  /** Where it ended otherwise. */
  error: Schema.NullOr(ExecutionError),
  console: Schema.Array(ConsoleEntry),
  consoleTruncated: Schema.Boolean,
  /** The questions that are open; none but where the status is `paused`. */
  approvals: Schema.optionalWith(Schema.Array(PendingApproval), { default: () => [] }),
}) {}
