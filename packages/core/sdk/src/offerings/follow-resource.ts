import { Effect, Option, Stream } from "effect";
import type { ToolCallError } from "../model/tool.ts";
import type { CallTarget } from "../sources/source-rows.ts";

export interface FollowedResource<A extends { readonly source: Pick<CallTarget, "sealed"> }> {
  /** What is followed, if it may be read now. */
  readonly found: Effect.Effect<Option.Option<A>>;
  /** Emits when the sources changed. */
  readonly changes: Stream.Stream<void>;
  /** Calls `told` at each update of what was found. */
  readonly updates: (found: A, told: Effect.Effect<void>) => Effect.Effect<void, ToolCallError>;
  readonly onUpdate: Effect.Effect<void>;
}

/** Time between two updates that are told. Those between them are one. */
const pause = "100 millis";

/** Follows a resource, and begins anew when its source gets other settings, or comes back. */
export const followResource = <A extends { readonly source: Pick<CallTarget, "sealed"> }>({
  changes,
  found,
  onUpdate,
  updates,
}: FollowedResource<A>): Effect.Effect<void> =>
  Stream.concat(Stream.void, changes).pipe(
    Stream.mapEffect(() => found),
    Stream.changesWith((before, now) => sealedIn(before) === sealedIn(now)),
    Stream.flatMap(
      Option.match({
        onNone: () => Stream.never,
        onSome: (one) =>
          Stream.asyncPush<void>(
            (emit) =>
              updates(
                one,
                Effect.sync(() => void emit.single(undefined)),
              ).pipe(Effect.ignore, Effect.forkScoped),
            { bufferSize: 1, strategy: "sliding" },
          ),
      }),
      { switch: true },
    ),
    Stream.runForEach(() =>
      Effect.flatMap(found, (now) =>
        Option.isNone(now) ? Effect.void : Effect.zipRight(onUpdate, Effect.sleep(pause)),
      ),
    ),
  );

const sealedIn = <A extends { readonly source: Pick<CallTarget, "sealed"> }>(
  found: Option.Option<A>,
): string | undefined => Option.getOrUndefined(found)?.source.sealed;
