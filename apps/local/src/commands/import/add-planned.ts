import { NewSecret, NewSource, SecretName } from "@executor/sdk/schemas";
import { Effect } from "effect";
import type { DaemonClient } from "../../client/daemon.ts";
import { CommandError } from "../../terminal/command-error.ts";
import { tellingWait } from "../../terminal/waiting.ts";
import { check } from "../input.ts";
import type { SourcePlan } from "./entry.ts";

/**
 * Stores the secrets of a source, and adds it. Where it is refused or given up, the secrets are removed again; the daemon keeps those
 * of a source that it has. Where the daemon went away before it answered, the source may be there, and the error names them.
 */
export const addPlanned = (
  client: DaemonClient,
  { namespace, origin, place, secrets, settings }: SourcePlan,
) =>
  Effect.gen(function* () {
    const payload = yield* check(NewSource, { ...settings, namespace, kind: "mcp" });
    const stored: Array<SecretName> = [];
    const work = Effect.gen(function* () {
      for (const { name, value } of secrets) {
        const path = { name: yield* check(SecretName, name) };
        const secret = yield* check(NewSecret, { value, origins: [origin] });
        stored.push(path.name);
        yield* client.secrets.put({ path, payload: secret });
      }
      return yield* tellingWait(`${place} to start and to list its tools.`)(
        client.sources.add({ payload }),
      );
    });
    const remove = Effect.forEach(
      stored,
      (name) => Effect.ignore(client.secrets.remove({ path: { name } })),
      { discard: true },
    ).pipe(Effect.interruptible, Effect.timeoutOption(removalMs));
    return yield* work.pipe(
      Effect.onInterrupt(() => remove),
      Effect.catchAll((error) =>
        wasUnanswered(error)
          ? new CommandError({ message: unansweredMessage(namespace, stored) })
          : Effect.zipRight(remove, Effect.fail(error)),
      ),
    );
  });

const wasUnanswered = (error: { readonly _tag: string }): boolean =>
  error._tag === "RequestError" || error._tag === "ResponseError";

const unansweredMessage = (namespace: string, stored: ReadonlyArray<SecretName>): string => {
  const commands = stored.map((name) => `executor secrets remove ${name}`).join("; ");
  const advice = `See with executor sources list whether ${namespace} is there`;
  return `The daemon ended before it had answered. ${advice}${stored.length === 0 ? "." : `; if not, remove its secrets before you import it again: ${commands}`}`;
};

/** Milliseconds that removing the secrets may take. */
const removalMs = 2_000;
