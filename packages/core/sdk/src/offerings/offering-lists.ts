import { Cache, Data, DateTime, Duration, Effect, Fiber } from "effect";
import type { Offerings } from "../model/offerings.ts";
import type { Namespace } from "../model/source.ts";
import { ToolCallError } from "../model/tool.ts";
import type { StoredSource } from "../sources/source-rows.ts";

/** Sources whose lists stay in memory. */
const capacity = 64;

/** Time for which lists are kept: a client that begins asks for all of them one after the other, and many begin at once. */
const kept = Duration.seconds(5);

/** Time in which a source lists what it offers. A program that is started for it goes on to start. */
const maxTime = Duration.seconds(10);

type Key = Pick<StoredSource, "namespace" | "sealed"> & { readonly readAt: number };

/** Lists of sources, each read once for all who ask for it at a time. A failure is kept too, and logged once. */
export const makeOfferingLists = (
  read: (namespace: Namespace) => Effect.Effect<Offerings, ToolCallError>,
) =>
  Effect.map(
    Cache.make({
      capacity,
      timeToLive: kept,
      lookup: ({ namespace }: Key) => inBackground(bounded(namespace, read(namespace))),
    }),
    (cache) => ({
      of: ({ namespace, refreshed_at, sealed }: StoredSource) => {
        const readAt = refreshed_at === null ? 0 : DateTime.toEpochMillis(refreshed_at);
        const reading = cache.get(Data.struct({ namespace, sealed, readAt }));
        // Others may wait for the same reading: it goes on when the one who began it leaves, who does not wait for its end.
        return Effect.flatten(Effect.disconnect(Effect.uninterruptible(reading)));
      },
    }),
  );

const bounded = (namespace: Namespace, read: Effect.Effect<Offerings, ToolCallError>) =>
  read.pipe(
    Effect.timeoutFail({ duration: maxTime, onTimeout: () => timedOut(namespace) }),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("A plugin failed.", defect),
        Effect.fail(internal(namespace)),
      ),
    ),
    Effect.tapError(({ message }) =>
      Effect.logWarning(
        `The resources and prompts of ${namespace} could not be listed, and are left out. ${message}`,
      ),
    ),
    Effect.either,
  );

/** Lets only its own time limit end an effect. */
const inBackground = <A>(reading: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.flatMap(Effect.forkDaemon(Effect.interruptible(reading)), Fiber.join);

const timedOut = (namespace: Namespace) =>
  new ToolCallError({
    outcome: "timeout",
    errorType: "timeout",
    message: `${namespace} did not answer within ${Duration.toSeconds(maxTime)} seconds.`,
  });

const internal = (namespace: Namespace) =>
  new ToolCallError({
    outcome: "tool_error",
    errorType: "internal_error",
    message: `Something unexpected happened with ${namespace}.`,
  });
