import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import {
  ApprovalNotFound,
  ComputingBudgetSpent,
  Execution,
  ExecutionEnded,
  ExecutionNotFound,
  ExecutionSummary,
  InvalidAnswer,
  NotTheOwner,
  TooManyExecutions,
  UncheckableForm,
} from "@executor/execution/schemas";
import { ElicitationAction, JsonObject, ToolkitNotFound } from "@executor/sdk/schemas";
import { Schema } from "effect";

const maxCodeChars = 1_000_000;
const maxTimeoutMs = 600_000;
const defaultLimit = 50;
const maxLimit = 1_000;

const NewExecution = Schema.Struct({
  /** TypeScript or JavaScript: statements with `return`, a lone expression, or a function. */
  code: Schema.String.pipe(
    Schema.maxLength(maxCodeChars, {
      message: () => `Code is at most ${maxCodeChars} characters long.`,
    }),
  ),
  /** Milliseconds that it may take, if less than the daemon's limit. */
  timeoutMs: Schema.optional(Schema.Int.pipe(Schema.between(1, maxTimeoutMs))),
  /** Toolkit whose tools alone exist for the code. */
  toolkit: Schema.optional(Schema.String),
}).annotations({ identifier: "NewExecution", parseOptions: { onExcessProperty: "error" } });

const Answer = Schema.Struct({
  approvalId: Schema.String,
  /** `accept` allows the call; `decline` and `cancel` do not: the person refuses, or dismisses the question. */
  action: ElicitationAction,
  /** The answers of a form. */
  content: Schema.optional(JsonObject),
}).annotations({ identifier: "Answer", parseOptions: { onExcessProperty: "error" } });

const RunHeaders = Schema.Struct({
  /** Sent by the command line, to distinguish its executions from those of the API's other clients. */
  "executor-client": Schema.optional(Schema.Literal("cli")),
});

const ListParameters = Schema.Struct({
  limit: Schema.optionalWith(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, maxLimit)),
    { default: () => defaultLimit },
  ),
  /** Only those with this toolkit; there may be some of one that was removed. */
  toolkit: Schema.optional(Schema.String),
});

const id = HttpApiSchema.param("id", Schema.String);

export class ExecutionsApi extends HttpApiGroup.make("executions")
  .add(
    HttpApiEndpoint.post("run", "/executions")
      .setPayload(NewExecution)
      .setHeaders(RunHeaders)
      .addSuccess(Execution)
      .addError(TooManyExecutions)
      .addError(ComputingBudgetSpent)
      .addError(ToolkitNotFound)
      .annotate(
        OpenApi.Description,
        "Runs code until it ends or waits for people's answers. The status of the reply is 200 however the code ended; the execution's own `status` tells.",
      ),
  )
  .add(
    HttpApiEndpoint.post("resume")`/executions/${id}/resume`
      .setPayload(Answer)
      .addSuccess(Execution)
      .addError(ExecutionNotFound)
      .addError(ApprovalNotFound)
      .addError(ExecutionEnded)
      .addError(NotTheOwner)
      .addError(InvalidAnswer)
      .addError(UncheckableForm)
      .annotate(
        OpenApi.Description,
        "Answers one of a paused execution's questions, and returns when it has ended or waits again.",
      ),
  )
  .add(
    HttpApiEndpoint.get("list", "/executions")
      .setUrlParams(ListParameters)
      .addSuccess(Schema.Array(ExecutionSummary)),
  )
  .add(
    HttpApiEndpoint.get("get")`/executions/${id}`.addSuccess(Execution).addError(ExecutionNotFound),
  )
  .annotate(OpenApi.Title, "Executions")
  .annotate(OpenApi.Description, "Runs of agent code, and their history.") {}
