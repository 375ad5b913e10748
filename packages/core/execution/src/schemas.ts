/** Shapes and errors of executions, without the services: the part that API contracts and clients need. */
import { HttpApiSchema } from "@effect/platform";
import { apiError, ElicitationRequest, Json, ToolkitName } from "@executor/sdk/schemas";
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
export const PendingApproval = Schema.Struct({
  ...ElicitationRequest.fields,
  id: ApprovalId,
  askedAt: Schema.DateTimeUtc,
  /** Time at which it expires unanswered and the tool call fails. */
  expiresAt: Schema.DateTimeUtc,
}).annotations({ identifier: "PendingApproval" });
export type PendingApproval = typeof PendingApproval.Type;

export const endStatuses = [
  "completed",
  "failed",
  "timeout",
  "cancelled",
  "out_of_memory",
  "interrupted",
] as const;

/**
 * `running`: it has begun. `paused`: it waits for people's answers. The other statuses are final; `interrupted`: the daemon, or the
 * organization's object, ended under it without a chance to end it.
 */
export const ExecutionStatus = Schema.Literal("paused", "running", ...endStatuses).annotations({
  identifier: "ExecutionStatus",
});
export type ExecutionStatus = typeof ExecutionStatus.Type;
export type EndStatus = (typeof endStatuses)[number];

/** Interface through which the execution was requested. */
export const ExecutionTrigger = Schema.Literal("mcp", "api", "cli").annotations({
  identifier: "ExecutionTrigger",
});
export type ExecutionTrigger = typeof ExecutionTrigger.Type;

/** Who asked for an execution, as far as it is known. */
export const ExecutionCaller = Schema.Struct({
  /** MCP client, by its label in `executor.client.requests`: a name of a list, or `_OTHER`. Null for what is no MCP client. */
  client: Schema.NullOr(Schema.String),
  /** `key:` or `user:` and the id of the API key or the person. Null where an app tells nobody apart, as the daemon. */
  subject: Schema.NullOr(Schema.String),
}).annotations({ identifier: "ExecutionCaller" });
export type ExecutionCaller = typeof ExecutionCaller.Type;

export const unknownCaller: ExecutionCaller = { client: null, subject: null };

/** One line that the code wrote to its console. */
export class ConsoleEntry extends Schema.Class<ConsoleEntry>("ConsoleEntry")({
  level: Schema.Literal("debug", "log", "info", "warn", "error"),
  text: Schema.String,
}) {}

/** Reason why an execution did not complete. */
export class ExecutionError extends Schema.Class<ExecutionError>("ExecutionError")({
  /**
   * The name of the error that the code threw, or `Timeout`, `OutOfMemory`, `ComputingBudgetSpent`, `Cancelled`, `Interrupted`,
   * `SandboxCrash`.
   */
  name: Schema.String,
  message: Schema.String,
  stack: Schema.optional(Schema.String),
}) {}

/** A content block that the code emitted or returned, as the history tells it: without its bytes. */
export const ExecutionContent = Schema.Struct({
  type: Schema.Literal("text", "image", "audio", "resource", "resource_link"),
  mimeType: Schema.optional(Schema.String),
  uri: Schema.optional(Schema.String),
  /** Of a text. */
  text: Schema.optional(Schema.String),
  /** Size of the data, or of the text in UTF-8; 0 for a link. */
  bytes: Schema.Int,
}).annotations({ identifier: "ExecutionContent" });
export type ExecutionContent = typeof ExecutionContent.Type;

/** Result of the code: the whole value, or the beginning of its JSON text. */
export class ExecutionOutput extends Schema.Class<ExecutionOutput>("ExecutionOutput")({
  /** The result, or if `truncated` the first characters of its JSON text. A content block in it is a short text. */
  value: Json,
  truncated: Schema.Boolean,
  /** Characters of the whole JSON text. */
  totalChars: Schema.Int,
  /** Whether the code returned nothing, which is not the same as null. */
  isNothing: Schema.optionalWith(Schema.Boolean, { default: () => false }),
}) {}

/** An execution in the list of the history. */
export class ExecutionSummary extends Schema.Class<ExecutionSummary>("ExecutionSummary")({
  id: ExecutionId,
  status: ExecutionStatus,
  trigger: ExecutionTrigger,
  caller: Schema.optionalWith(ExecutionCaller, { default: () => unknownCaller }),
  /** The toolkit whose tools alone it could use; null where it was not limited to one. */
  toolkit: Schema.optionalWith(Schema.NullOr(ToolkitName), { default: () => null }),
  startedAt: Schema.DateTimeUtc,
  /**
   * Milliseconds from the first instruction to the end, without waiting for a free sandbox or for people; so far, while it has not
   * ended. Of an interrupted one, as far as it was stored: 0, or the time until it was paused.
   */
  durationMs: Schema.Number,
  /** Number of tool calls that the code made; of an interrupted one, as far as it was stored. */
  toolCalls: Schema.Int,
}) {}

/** One run of agent code. */
export class Execution extends ExecutionSummary.extend<Execution>("Execution")({
  code: Schema.String,
  /** Set if the status is `completed`. */
  output: Schema.NullOr(ExecutionOutput),
  /** Set if it ended in any other way. */
  error: Schema.NullOr(ExecutionError),
  console: Schema.Array(ConsoleEntry),
  consoleTruncated: Schema.Boolean,
  /** Content blocks in the order in which the code emitted them, those of the result last. */
  content: Schema.optionalWith(Schema.Array(ExecutionContent), { default: () => [] }),
  /** Open questions; empty unless the status is `paused`. */
  approvals: Schema.optionalWith(Schema.Array(PendingApproval), { default: () => [] }),
}) {}

/** The history has no execution with this id. */
export class ExecutionNotFound extends apiError<ExecutionNotFound>()("ExecutionNotFound", 404) {}

/** The queue of waiting executions is full. */
export class TooManyExecutions extends apiError<TooManyExecutions>()("TooManyExecutions", 503) {}

/** The computing of a while is used up. */
export class ComputingBudgetSpent extends Schema.TaggedError<ComputingBudgetSpent>()(
  "ComputingBudgetSpent",
  {
    message: Schema.String,
    /** Seconds until there is computing again; the same as the header `Retry-After`. */
    retryAfterSeconds: Schema.Int,
  },
  HttpApiSchema.annotations({ status: 429 }),
) {}

/** This execution has no open question with this id. */
export class ApprovalNotFound extends apiError<ApprovalNotFound>()("ApprovalNotFound", 404) {}

/** The execution has ended and waits for no answer; the message says how it ended. */
export class ExecutionEnded extends apiError<ExecutionEnded>()("ExecutionEnded", 409) {}

/** The execution belongs to another client. */
export class NotTheOwner extends apiError<NotTheOwner>()("NotTheOwner", 403) {}

/** The content does not fit the form; the question stays open. */
export class InvalidAnswer extends apiError<InvalidAnswer>()("InvalidAnswer", 422) {}

/** The check of this content takes more steps than it may; the question stays open. */
export class UncheckableForm extends apiError<UncheckableForm>()("UncheckableForm", 422) {}
