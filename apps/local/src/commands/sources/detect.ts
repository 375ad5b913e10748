import { Prompt } from "@effect/cli";
import type { SourceSettings } from "@executor/sdk/schemas";
import { Effect, Option } from "effect";
import type { DaemonClient } from "../../client/daemon.ts";
import { CommandError } from "../../terminal/command-error.ts";
import { isInteractive } from "../../terminal/output.ts";
import { oneLine } from "../../terminal/printable.ts";

/** Kinds of source that can be added. */
export const sourceKinds = ["openapi", "mcp", "graphql"] as const;

interface Given {
  readonly kind: Option.Option<string>;
  readonly namespace: Option.Option<string>;
}

/** The kind and namespace of the source that these settings describe: as given, else as the daemon detects them. */
export const detectSource = Effect.fn("detectSource")(function* (
  client: DaemonClient,
  settings: SourceSettings,
  given: Given,
) {
  if (Option.isSome(given.kind) && Option.isSome(given.namespace)) {
    return { kind: given.kind.value, namespace: given.namespace.value };
  }
  const all = yield* client.sources.detect({ payload: settings });
  const matches = all.filter(({ kind }) => Option.getOrElse(given.kind, () => kind) === kind);
  const [first, second] = matches;
  if (first === undefined) return yield* nothingFound(given.kind);
  const chosen = second === undefined ? first : yield* choose(matches);
  return {
    kind: chosen.kind,
    namespace: Option.getOrElse(given.namespace, () => chosen.namespace),
  };
});

const nothingFound = (kind: Option.Option<string>) =>
  new CommandError({
    message: Option.match(kind, {
      onNone: () =>
        `Executor detects no kind of source here. Name the kind with --kind ${sourceKinds.join("|")}, and --namespace.`,
      onSome: (named) =>
        `This does not look like ${named}. To read it as ${named} nevertheless, give it a --namespace.`,
    }),
  });

interface Detected {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

const choose = (found: ReadonlyArray<Detected>) =>
  isInteractive()
    ? Prompt.select({
        message: "It can be read in more than one way. Which is meant?",
        choices: found.map((value) => ({
          title: `${value.kind}: ${oneLine(value.name)}`,
          value,
        })),
      }).pipe(Effect.mapError(() => new CommandError({ message: "Nothing was added." })))
    : new CommandError({
        message: `It can be read in more than one way. Choose one: ${found.map(({ kind }) => `--kind ${kind}`).join(" or ")}.`,
      });
