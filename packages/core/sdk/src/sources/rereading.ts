import { Clock, DateTime, Duration, Effect, Fiber, FiberMap, Queue, Stream } from "effect";
import { secretsOf } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";
import { SourceRows, type StoredSource } from "./source-rows.ts";

/** Descriptions that are read again at the same time. */
const maxAtATime = 4;

/** Milliseconds after a reading in which calls do not begin another: code calls in loops. */
const restMs = 5_000;

/** Milliseconds from the beginning of a reading that broke, and could not even store that, to the next one. */
const brokenMs = 60_000;

/**
 * Reads the descriptions of sources again that are not ready: when their time has come, when one of their secrets changes, and
 * when a tool of one is called that was never read. `reload` stores what it finds, the next time included.
 */
export const makeRereading = Effect.fnUntraced(function* (
  reload: (namespace: string) => Effect.Effect<unknown, unknown>,
) {
  const rows = yield* SourceRows;
  const secrets = yield* SecretStore;
  const fibers = yield* FiberMap.make<string, void>();
  const slots = (yield* Effect.makeSemaphore(maxAtATime)).withPermits(1);
  /** Milliseconds since the epoch, by namespace. */
  const due = new Map<string, number>();
  const lastBegins = new Map<string, number>();
  const lastEnds = new Map<string, number>();
  const rescheduled = yield* Queue.sliding<void>(1);

  const read = (namespace: string) =>
    Effect.gen(function* () {
      lastBegins.set(namespace, yield* Clock.currentTimeMillis);
      yield* Effect.ignore(reload(namespace));
      lastEnds.set(namespace, yield* Clock.currentTimeMillis);
    }).pipe(
      Effect.catchAllDefect((defect) =>
        Effect.logWarning(`The source ${namespace} could not be read again.`, defect),
      ),
      slots,
    );

  /** Begins to read a source, unless that is under way. */
  const begin = (namespace: string) =>
    Effect.suspend(() => {
      due.delete(namespace);
      return FiberMap.run(fibers, namespace, read(namespace), { onlyIfMissing: true });
    });

  const readOnce = (namespace: string) =>
    begin(namespace).pipe(
      Effect.zipRight(FiberMap.get(fibers, namespace)),
      Effect.flatMap(Fiber.await),
      Effect.ignore,
    );

  const beginAll = (namespaces: ReadonlyArray<string>) =>
    Effect.forEach(namespaces, begin, { discard: true });

  const dueNow = Effect.map(Clock.currentTimeMillis, (now) =>
    [...due].filter(([, at]) => at <= now).map(([namespace]) => namespace),
  );

  /** Waits until the first source is due, or another was scheduled. */
  const untilDue = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis;
    const next = Math.min(...due.values());
    const wait = Queue.take(rescheduled);
    yield* next === Number.POSITIVE_INFINITY
      ? wait
      : Effect.timeoutOption(wait, Duration.millis(Math.max(0, next - now)));
  });

  const waitsFor = (name: string, { enabled, settings, state }: StoredSource) =>
    enabled && state.status !== "ready" && secretsOf(settings).has(name);

  yield* Stream.fromPubSub(secrets.changes).pipe(
    Stream.runForEach((name) =>
      Effect.flatMap(rows.all, (all) =>
        beginAll(all.filter((source) => waitsFor(name, source)).map(({ namespace }) => namespace)),
      ),
    ),
    Effect.forkScoped,
  );

  return {
    /** Plans the reading of a source as its state says, or none. */
    schedule: ({ enabled, namespace, state }: StoredSource) =>
      Effect.suspend(() => {
        const retryAt = state.retryAt === null ? null : DateTime.toEpochMillis(state.retryAt);
        const lastBegin = lastBegins.get(namespace) ?? -Infinity;
        if (!enabled || retryAt === null) due.delete(namespace);
        else due.set(namespace, retryAt > lastBegin ? retryAt : lastBegin + brokenMs);
        return Queue.offer(rescheduled, undefined);
      }),

    /** Reads a source at once that waits to be read: what was wrong may just have been changed. */
    soon: ({ enabled, namespace, refreshed_at, state }: StoredSource) =>
      enabled && refreshed_at !== null && state.retryAt !== null ? begin(namespace) : Effect.void,

    forget: (namespace: string) =>
      Effect.suspend(() => {
        due.delete(namespace);
        lastBegins.delete(namespace);
        lastEnds.delete(namespace);
        return FiberMap.remove(fibers, namespace);
      }),

    /** Reads what is due, and waits for it. */
    readDue: Effect.flatMap(dueNow, (namespaces) =>
      Effect.forEach(namespaces, readOnce, { concurrency: maxAtATime, discard: true }),
    ),

    /** Reads each source when it is due, for ever. */
    readWhenDue: Effect.forever(Effect.zipRight(untilDue, Effect.flatMap(dueNow, beginAll))),

    /**
     * Reads a source that was never read, because a tool of it is called; not within five seconds of another reading. Gives the
     * source as it is then; `undefined` where there is none that could be read.
     */
    readForCall: Effect.fnUntraced(function* (namespace: string) {
      const source = yield* rows.find(namespace);
      if (source === undefined || !source.enabled || source.refreshed_at !== null) return undefined;
      if (source.state.status === "starting") return source;
      const now = yield* Clock.currentTimeMillis;
      if (now - (lastEnds.get(namespace) ?? 0) < restMs) return source;
      yield* readOnce(namespace);
      return yield* rows.find(namespace);
    }),
  };
});
