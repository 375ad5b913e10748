import { Command } from "@effect/cli";
import type { SourceReview } from "@executor/sdk/schemas";
import { Console, Effect } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { usageError } from "../../terminal/command-error.ts";
import { count } from "../../terminal/units.ts";
import { answer, printRows } from "../answer.ts";
import { flag, terms, texts } from "../options.ts";
import { toolColumns } from "../tools.ts";
import { namespaceArgument } from "./namespace.ts";

export const reviewCommand = Command.make(
  "review",
  {
    namespace: namespaceArgument,
    tools: texts("tool", "A tool that may be called from now on, by its address"),
    all: flag("all", "All that wait may be called from now on"),
    ...terms,
  },
  ({ namespace, tools: [first, ...others], all, ...given }) => {
    if (all && first !== undefined) {
      return usageError("Give either --tool or --all, and not both.");
    }
    const payload: SourceReview | undefined = all
      ? { all: true }
      : first === undefined
        ? undefined
        : { tools: [first, ...others] };
    if (payload === undefined) return list(namespace, given);
    return answer(
      given,
      (client) => client.sources.review({ path: { namespace }, payload }),
      (source) =>
        `Reviewed ${source.namespace}: ${count(source.toolCount, "tool")}, ${source.pendingToolCount} waiting.`,
    );
  },
).pipe(Command.withDescription("List the tools that wait for a review, or let them be called"));

/** Tools that one page of the API has at most. */
const limit = 1_000;

/** Prints the tools of a source that wait. */
const list = (
  namespace: string,
  { json, port }: { readonly json: boolean; readonly port: number },
) =>
  Effect.gen(function* () {
    const { items, nextCursor } = yield* askDaemon(port, (client) =>
      Effect.zipRight(
        client.sources.get({ path: { namespace } }),
        client.tools.list({ urlParams: { namespace, pending: true, limit } }),
      ),
    );
    yield* printRows(json, items, toolColumns, "No tool waits for a review.");
    if (nextCursor !== null) yield* Console.error("There are more, which follow these.");
  });
