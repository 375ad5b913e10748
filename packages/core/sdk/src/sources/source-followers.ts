import { Duration, Effect, FiberMap, Stream } from "effect";
import { type SourcePlugin, SourcePlugins } from "../model/plugin.ts";
import type { ResolvedSettings } from "../model/source.ts";
import { secretsOf } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";
import { SourceAccess } from "./source-access.ts";
import { SourceRows, type StoredSource } from "./source-rows.ts";

/** A source may report one change several times. */
const settle = Duration.millis(500);

/** Some servers report a change whenever they are asked for tools: after a report that brought nothing new, the pause doubles. */
const firstPause = Duration.seconds(1);
const longestPause = Duration.minutes(5);

/** Reads a source's tools again, and gives a number that differs when they do. */
type Reload = (namespace: string) => Effect.Effect<number>;

interface Followed {
  readonly source: StoredSource;
  readonly plugin: SourcePlugin;
  /** Settings that the plugin got, for which it may keep something open; absent while a secret is missing. */
  readonly settings: ResolvedSettings | undefined;
}

/**
 * Reads a source again when it reports that its tools changed. Lets its plugin close what it keeps open when the source is
 * removed, edited or disabled, or one of its secrets changes.
 */
export const makeSourceFollowers = Effect.fnUntraced(function* (reload: Reload) {
  const plugins = yield* SourcePlugins;
  const access = yield* SourceAccess;
  const secrets = yield* SecretStore;
  const rows = yield* SourceRows;
  const fibers = yield* FiberMap.make<string>();
  const followed = new Map<string, Followed>();
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1);

  const begin = Effect.fnUntraced(function* (source: StoredSource) {
    const { kind, namespace, url } = source;
    const plugin = source.enabled ? plugins.get(kind) : undefined;
    if (plugin === undefined || (plugin.changes ?? plugin.release) === undefined) return;
    const settings = yield* Effect.orElseSucceed(
      access.resolve(kind, source.settings, url ?? ""),
      () => undefined,
    );
    followed.set(namespace, { source, plugin, settings });
    if (settings === undefined || plugin.changes === undefined) return;
    yield* FiberMap.run(fibers, namespace, reloadOn(plugin.changes(settings), reload(namespace)));
  });

  const end = Effect.fnUntraced(function* (namespace: string) {
    yield* FiberMap.remove(fibers, namespace);
    const known = followed.get(namespace);
    followed.delete(namespace);
    if (known?.settings === undefined || known.plugin.release === undefined) return;
    yield* known.plugin.release(known.settings);
  });

  const secretChanged = (name: string) =>
    Effect.forEach(
      [...followed.values()].filter(({ source }) => secretsOf(source.settings).has(name)),
      ({ source }) => Effect.zipRight(end(source.namespace), begin(source)),
      { discard: true },
    );

  yield* Stream.fromPubSub(secrets.changes).pipe(
    Stream.runForEach((name) => oneAtATime(secretChanged(name))),
    Effect.forkScoped,
  );

  return {
    follow: (source: StoredSource) => oneAtATime(begin(source)),
    unfollow: (namespace: string) => oneAtATime(end(namespace)),
    /** Lets go of the settings that a source had, and follows it with those that it has now. */
    refollow: (namespace: string) =>
      oneAtATime(
        Effect.gen(function* () {
          yield* end(namespace);
          const source = yield* rows.find(namespace);
          if (source !== undefined) yield* begin(source);
        }),
      ),
  };
});

const reloadOn = (changes: Stream.Stream<void>, reload: Effect.Effect<number>) =>
  Effect.suspend(() => {
    let pause = firstPause;
    let last: number | undefined;
    return changes.pipe(
      Stream.debounce(settle),
      Stream.buffer({ capacity: 1, strategy: "sliding" }),
      Stream.runForEach(() =>
        Effect.flatMap(reload, (fingerprint) => {
          const isNew = fingerprint !== last;
          last = fingerprint;
          pause = isNew ? firstPause : Duration.min(Duration.times(pause, 2), longestPause);
          return Effect.sleep(pause);
        }),
      ),
    );
  });
