import { Prompt } from "@effect/cli";
import type { Execution, PendingApproval } from "@executor/execution/schemas";
import { Console, Effect } from "effect";
import { askDaemon, type DaemonClient } from "../client/daemon.ts";
import { printExecution, type Terms } from "../terminal/execution.ts";
import { askForm } from "../terminal/form.ts";
import { isInteractive } from "../terminal/output.ts";
import { jsonText, printable } from "../terminal/printable.ts";

/** Prints the execution that the daemon gives, after the person at the terminal has answered its open questions. */
export const follow = <E, R>(
  terms: Terms,
  begin: (client: DaemonClient) => Effect.Effect<Execution, E, R>,
) =>
  askDaemon(terms.port, (client) =>
    Effect.filterOrElse(
      begin(client),
      () => terms.json,
      (execution) => answerAll(client, execution),
    ),
  ).pipe(Effect.flatMap((execution) => printExecution(execution, terms)));

/**
 * Asks the person at the terminal every question of a paused execution, until it ends. The execution stays paused where
 * there is nobody to ask, or where the person leaves a question open.
 */
const answerAll = Effect.fn("answerAll")(function* (client: DaemonClient, paused: Execution) {
  let execution = paused;
  while (isInteractive()) {
    const [approval] = execution.approvals;
    if (approval === undefined) break;
    const answer = yield* ask(approval);
    if (answer === "later") break;
    const { id } = execution;
    const current = execution;
    const tell = (error: { readonly message: string }) => Console.error(printable(error.message));
    execution = yield* client.executions
      .resume({ path: { id }, payload: { approvalId: approval.id, ...answer } })
      .pipe(
        Effect.catchTags({
          InvalidAnswer: (error) => Effect.as(tell(error), current),
          UncheckableForm: (error) => Effect.as(tell(error), current),
          // The question expired, or somebody else answered it.
          ApprovalNotFound: (error) =>
            Effect.zipRight(tell(error), client.executions.get({ path: { id } })),
        }),
      );
  }
  return execution;
});

const ask = (approval: PendingApproval) =>
  Effect.gen(function* () {
    const { kind, address, input, message, requestedSchema } = approval;
    yield* Console.log(`\n${address}\n${jsonText(input, 2)}\n\n${printable(message)}\n`);
    const action = yield* Prompt.select({
      message: kind === "approval" ? "Call it?" : "Answer?",
      choices: [
        // The first choice is the answer of an idle press of Enter.
        { title: "No", value: "decline" as const },
        { title: "Yes", value: "accept" as const },
        { title: "Not now: let the execution wait", value: "later" as const },
      ],
    });
    if (action === "later") return action;
    return action === "accept" && kind === "form"
      ? { action, content: yield* askForm(requestedSchema) }
      : { action };
  }).pipe(Effect.catchTag("QuitException", () => Effect.succeed("later" as const)));
