import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Effect, type Scope } from "effect";
import type { Connection } from "./connection.ts";
import { sendRequest } from "./connection.ts";
import { Listening } from "./listening.ts";
import type { Session } from "./request-scope.ts";

/** Resources of one connection that can be subscribed to. */
const maxSubscriptions = 1_000;

/** Milliseconds for the end of a subscription, which nobody waits for. */
const endMs = 5_000;

/**
 * The subscriptions of a connection: to changes of its tools from its beginning, and to resources while somebody wants to hear of them. The
 * modern version has one stream for all, the older ones a request for each resource.
 */
export const makeSubscriptions = (
  session: Session,
  capabilities: JsonObject,
  onToolsChanged: () => void,
): Effect.Effect<Connection["subscribe"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const offered = member(member(capabilities, "resources"), "subscribe") === true;
    const hearsTools = member(member(capabilities, "tools"), "listChanged") === true;
    const readers = new Map<string, number>();
    const listening =
      session.era === "modern"
        ? new Listening(session.peer, hearsTools, onToolsChanged)
        : undefined;
    if (listening !== undefined)
      yield* Effect.addFinalizer(() => Effect.sync(() => listening.stop()));

    const begin = (uri: string, timeoutMs: number) =>
      listening === undefined
        ? Effect.asVoid(
            sendRequest(session, { method: "resources/subscribe", params: { uri } }, timeoutMs),
          )
        : Effect.sync(() => listening.add(uri));

    const end = (uri: string) =>
      listening === undefined
        ? Effect.ignore(
            sendRequest(session, { method: "resources/unsubscribe", params: { uri } }, endMs),
          )
        : Effect.sync(() => listening.remove(uri));

    return (uri, timeoutMs) => {
      if (!offered || (readers.size >= maxSubscriptions && !readers.has(uri))) return Effect.void;
      return Effect.asVoid(
        Effect.acquireRelease(
          Effect.suspend(() => {
            const count = readers.get(uri) ?? 0;
            readers.set(uri, count + 1);
            return count === 0 ? begin(uri, timeoutMs) : Effect.void;
          }).pipe(
            Effect.tapError(() =>
              Effect.sync(() => {
                readers.delete(uri);
              }),
            ),
          ),
          () =>
            Effect.suspend(() => {
              const count = (readers.get(uri) ?? 1) - 1;
              if (count > 0) {
                readers.set(uri, count);
                return Effect.void;
              }
              readers.delete(uri);
              return end(uri);
            }),
        ),
      );
    };
  });
