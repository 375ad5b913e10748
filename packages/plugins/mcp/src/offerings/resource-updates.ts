import type { ResolvedSettings } from "@executor/sdk";
import { SourceInUse } from "@executor/sdk";
import { Effect, Either, Schedule, Stream, type PubSub } from "effect";
import type { Connections, Opening } from "../connections/pool.ts";
import { endpointKey, endpointOf } from "../transports/endpoint.ts";

export interface ResourceUpdateOptions {
  readonly connections: Connections;
  readonly opening: (settings: ResolvedSettings, namespace: string) => Opening;
  /** Keys of what was updated: {@link updateKey}. */
  readonly updated: PubSub.PubSub<string>;
}

/** Names a resource of an endpoint. */
export const updateKey = (endpoint: string, uri: string): string => `${endpoint} ${uri}`;

/** Time before a lost subscription is begun again: a server may end each at once. */
const pause = "1 second";

/** Waits between tries to subscribe again: from one second to a minute. */
const retries = Schedule.union(Schedule.exponential("1 second"), Schedule.spaced("1 minute"));

/** The updates of one resource: see `OfferingAccess.updates`. */
export const resourceUpdates =
  ({ connections, opening, updated }: ResourceUpdateOptions) =>
  (settings: ResolvedSettings, uri: string): Stream.Stream<void> =>
    Either.match(endpointOf(settings), {
      onLeft: () => Stream.never,
      onRight: (endpoint) => {
        const key = updateKey(endpointKey(endpoint), uri);
        const subscribed = Effect.flatMap(SourceInUse, (namespace) =>
          connections.use(endpoint, opening(settings, namespace), (connection) =>
            Effect.scoped(
              Effect.zipRight(connection.subscribe(uri, settings.timeoutMs), connection.broken),
            ),
          ),
        );
        return Stream.unwrapScoped(
          Effect.gen(function* () {
            const { take } = yield* updated.subscribe;
            yield* subscribed.pipe(
              Effect.retry(retries),
              Effect.ignore,
              Effect.zipRight(Effect.delay(updated.publish(key), pause)),
              Effect.forever,
              Effect.forkScoped,
            );
            return Stream.repeatEffect(
              Effect.asVoid(Effect.repeat(take, { until: (other) => other === key })),
            );
          }),
        );
      },
    });
