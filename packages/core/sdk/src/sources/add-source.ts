import { Cause, DateTime, Effect, Either, Option, Stream } from "effect";
import { forgetSource } from "../metrics.ts";
import { builtInNamespace, NamespaceUnavailable, SourceSettings } from "../model/source.ts";
import type { Namespace, NewSource, SourceKind } from "../model/source.ts";
import { unknownSource } from "../model/source-in-use.ts";
import { SourceAccess, type UseSourceError } from "./source-access.ts";
import { countConnect, OutdatedSource, type SourceChanges } from "./source-changes.ts";
import type { SealedRow, StoredSource } from "./source-rows.ts";
import { keptFailure, readyState, startingState, unreadUrl } from "./state-changes.ts";
import { type DetectedSource, type LoadedSource, SourcePlugins } from "../model/plugin.ts";

/**
 * Reads the description of a new source, and stores the source with its tools. A server that cannot be asked now is stored
 * without tools; its state says why. A program may take long to start: its source is there meanwhile.
 */
export const makeAddSource = (changes: SourceChanges) =>
  Effect.map(SourceAccess, (access) => {
    const { commit, find, pluginOf, record, requireCurrent, requireFree, rows } = changes;
    const { storeFailure, storeRead } = changes;

    const insert = (namespace: Namespace, row: SealedRow) =>
      Effect.zipRight(requireFree(namespace), rows.insert(row));

    /** Stores the source of a program while it starts. */
    const begin = (namespace: Namespace, row: SealedRow) =>
      commit(insert(namespace, row)).pipe(
        Effect.zipRight(Effect.orDie(find(namespace))),
        Effect.tap(record),
      );

    const removeBegun = (begun: StoredSource) =>
      commit(Effect.zipRight(requireCurrent(begun), rows.remove(begun.namespace))).pipe(
        Effect.zipRight(Effect.sync(() => forgetSource(begun))),
        Effect.ignore,
      );

    /** Fails when the source that was begun is removed. */
    const untilRemoved = ({ namespace }: StoredSource) =>
      changes.changes.pipe(
        Stream.mapEffect(() => rows.exists(namespace)),
        Stream.takeWhile((exists) => exists),
        Stream.runDrain,
        Effect.zipRight(Effect.fail(removedMeanwhile(namespace))),
      );

    const add = Effect.fnUntraced(function* (
      { namespace, kind, name = namespace, ...given }: NewSource,
      restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
    ) {
      const plugin = yield* pluginOf(kind);
      yield* requireFree(namespace);
      const { document: _, ...kept } = given;
      const settings = new SourceSettings(kept);
      const { command } = settings;
      const row = yield* rows.seal({
        namespace,
        kind,
        name,
        url: unreadUrl(kind, settings),
        enabled: true,
        settings,
        refreshed_at: null,
        last_error: null,
        state: command === undefined ? null : startingState(command, yield* DateTime.now),
      });
      const begun = command === undefined ? undefined : yield* begin(namespace, row);
      const load = countConnect(
        namespace,
        unknownSource,
      )(access.load(plugin, new SourceSettings(given)));
      const awaited = begun === undefined ? load : Effect.raceFirst(load, untilRemoved(begun));
      const read = yield* restore(awaited).pipe(
        Effect.onError((cause) =>
          begun === undefined || isKept(kind, cause) ? Effect.void : removeBegun(begun),
        ),
        Effect.either,
      );
      const failure = Either.isLeft(read) ? keptFailure(kind, read.left) : undefined;
      if (Either.isLeft(read) && failure === undefined) return yield* read.left;
      const source = { namespace, kind, settings, sealed: row.settings, refreshed_at: null };
      const change = Effect.gen(function* () {
        yield* begun === undefined ? insert(namespace, row) : requireCurrent(begun);
        if (Either.isRight(read)) yield* storeRead(source, read.right, settings);
        else if (failure !== undefined)
          yield* storeFailure({ ...source, state: readyState(null) }, failure);
      });
      yield* Effect.catchIf(
        commit(change),
        (error) => error instanceof OutdatedSource,
        () => Effect.void,
      );
      return yield* Effect.mapError(find(namespace), () => removedMeanwhile(namespace));
    });

    return Effect.fn("Sources.add")((source: NewSource) =>
      Effect.uninterruptibleMask((restore) => add(source, restore)),
    );
  });

const isKept = (kind: SourceKind, cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.failureOption(cause), (error) => keptFailure(kind, error) !== undefined);

const removedMeanwhile = (namespace: Namespace) =>
  new NamespaceUnavailable({
    message: `The source ${namespace} was removed while its program started.`,
  });

/** Stores the built-in source as this version of the daemon has it. */
export const storeBuiltIn = (
  { commit, rows, tools }: SourceChanges,
  builtIn: LoadedSource,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now;
    const row = yield* rows.seal({
      namespace: builtInNamespace,
      kind: "executor",
      name: builtIn.name,
      url: null,
      enabled: true,
      settings: new SourceSettings({}),
      refreshed_at: now,
      last_error: null,
      state: null,
    });
    yield* commit(
      Effect.gen(function* () {
        const exists = yield* rows.exists(builtInNamespace);
        yield* exists ? rows.update(row) : rows.insert(row);
        yield* tools.replaceAll(builtInNamespace, builtIn, { at: now, reviewNewWrites: false });
      }),
    );
  });

export interface DetectedKind extends DetectedSource {
  readonly kind: SourceKind;
}

/**
 * Finds the kind of source that settings lead to. Asks one kind after another, so that nothing else is sent there once a
 * description is found. Fails only where nothing was found and a kind failed.
 */
export const makeDetectSource = Effect.gen(function* () {
  const plugins = yield* SourcePlugins;
  const access = yield* SourceAccess;
  return Effect.fn("Sources.detect")(function* (settings: SourceSettings) {
    const failures: Array<UseSourceError> = [];
    for (const plugin of plugins.values()) {
      if (settings.command !== undefined && plugin.kind !== "mcp") continue;
      const result = yield* Effect.either(access.detect(plugin, settings));
      if (Either.isLeft(result)) failures.push(result.left);
      else if (Option.isSome(result.right)) {
        const detected: DetectedKind = { ...result.right.value, kind: plugin.kind };
        return [detected];
      }
    }
    const [failure] = failures.toSorted((left, right) => rank(left) - rank(right));
    return failure === undefined ? [] : yield* failure;
  });
});

/** The failure that explains most comes first. */
const rank = ({ _tag }: UseSourceError): number => explanatory.indexOf(_tag);
const explanatory: ReadonlyArray<UseSourceError["_tag"]> = [
  "MissingSecret",
  "SecretNotForOrigin",
  "InvalidSourceDocument",
  "SourceDocumentTooLarge",
  "SourceUnreachable",
];
