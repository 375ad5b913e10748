import { Prompt } from "@effect/cli";
import type { Execution, PendingApproval } from "@executor/execution/schemas";
import { Console, Effect } from "effect";
import { askForm } from "../terminal/form.ts";
import type { DaemonClient } from "../client/daemon.ts";
import { jsonText, printable } from "../terminal/printable.ts";
import { isInteractive } from "../terminal/console.ts";

/**
 * Asks the person at the terminal whatever a paused execution waits for, until it ends. Where there is no such person, or
 * they leave a question open, it comes back paused.
 */
export const answerAll = Effect.fn("answerAll")(function* (
  client: DaemonClient,
  paused: Execution,
) {
  let execution = paused;
  while (isInteractive()) {
    const [approval] = execution.approvals;
    if (approval === undefined) break;
    const answer = yield* ask(approval);
    if (answer === "later") break;
    const { id } = execution;
    const current = execution;
    execution = yield* client.executions
      .resume({ path: { id }, payload: { approvalId: approval.id, ...answer } })
      .pipe(
        Effect.catchTags({
          InvalidAnswer: ({ message }) => Effect.as(Console.error(printable(message)), current),
          // It expired, or somebody else was faster.
          ApprovalNotFound: ({ message }) =>
            Effect.zipRight(
              Console.error(printable(message)),
              client.executions.get({ path: { id } }),
            ),
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
        // First, and so what an idle press of Enter means.
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
