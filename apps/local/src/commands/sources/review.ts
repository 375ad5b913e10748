import { Command } from "@effect/cli";
import { SourceReview } from "@executor/sdk/schemas";
import { Console, DateTime, Effect, Option } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { usageError } from "../../terminal/command-error.ts";
import { count } from "../../terminal/units.ts";
import { answer, printRows } from "../answer.ts";
import { check } from "../input.ts";
import { flag, optionalText, terms, texts } from "../options.ts";
import { toolColumns } from "../tools.ts";
import { namespaceArgument } from "./namespace.ts";

export const reviewCommand = Command.make(
  "review",
  {
    namespace: namespaceArgument,
    tools: texts("tool", "A tool that may be called from now on, by its address"),
    all: flag("all", "All that wait may be called from now on"),
    refreshedAt: optionalText(
      "refreshed-at",
      "When the source had been refreshed whose tools you looked at, as the list says",
    ),
    ...terms,
  },
  ({ namespace, tools, all, refreshedAt, ...given }) => {
    if (!all && tools.length === 0) return list(namespace, given);
    if (all && tools.length > 0) return usageError("Give either --tool or --all, and not both.");
    if (Option.isNone(refreshedAt)) {
      return usageError(
        `Say with --refreshed-at which tools you looked at: executor sources review ${namespace} prints the time.`,
      );
    }
    return answer(
      given,
      (client) =>
        Effect.flatMap(
          check(SourceReview, {
            refreshedAt: refreshedAt.value,
            ...(all ? { all } : { tools }),
          }),
          (payload) => client.sources.review({ path: { namespace }, payload }),
        ),
      (source) =>
        `Reviewed ${source.namespace}: ${count(source.toolCount, "tool")}, ${source.pendingToolCount} waiting.`,
    );
  },
).pipe(Command.withDescription("List the tools that wait for a review, or let them be called"));

/** Tools that one page of the API has at most. */
const limit = 1_000;

/** Prints the tools of a source that wait, and how to let them be called. */
const list = (
  namespace: string,
  { json, port }: { readonly json: boolean; readonly port: number },
) =>
  Effect.gen(function* () {
    // The source comes first: what changes before its tools are listed is later than its time.
    const [source, { items, nextCursor }] = yield* askDaemon(port, (client) =>
      Effect.all([
        client.sources.get({ path: { namespace } }),
        client.tools.list({ urlParams: { namespace, pending: true, limit } }),
      ]),
    );
    yield* printRows(json, items, toolColumns, "No tool waits for a review.");
    if (nextCursor !== null) yield* Console.error("There are more, which follow these.");
    if (json || items.length === 0 || source.refreshedAt === null) return;
    const time = DateTime.formatIso(source.refreshedAt);
    yield* Console.error(
      `To let them be called as they are now: executor sources review ${namespace} --all --refreshed-at ${time}`,
    );
  });
