import { SqlClient } from "@effect/sql";
import { Context, DateTime, Effect, Either, Hash, Layer, Option, PubSub, Stream } from "effect";
import { SqlError } from "@effect/sql/SqlError";
import { builtInNamespace, builtInSource } from "../built-in/built-in-source.ts";
import { ToolResolver } from "../tools/resolver.ts";
import { SourceAccess } from "./source-access.ts";
import { makeSourceFollowers } from "./source-followers.ts";
import {
  forgetSource,
  recordSourceFailed,
  recordSourceTools,
  recordSourceWorked,
} from "./source-gauges.ts";
import { SourceRows, toSource } from "./source-rows.ts";
import type { StoredSource } from "./source-rows.ts";
import { toolRows } from "../tools/tool-rows.ts";
import { setToolCount, sourceConnects } from "../metrics.ts";
import { SourcePlugins } from "../model/plugin.ts";
import type { DetectedSource, LoadedSource, SourcePlugin } from "../model/plugin.ts";
import type { MissingSecret, SecretNotForOrigin } from "../credentials/secret.ts";
import { originOf } from "../credentials/secret-origin.ts";
import {
  BuiltInSource,
  InvalidSourceDocument,
  NamespaceUnavailable,
  SourceNotFound,
  UnsupportedSourceKind,
} from "../model/source-errors.ts";
import type { SourceLoadError } from "../model/source-errors.ts";
import { reservedNamespaces, SourceSettings } from "../model/source.ts";
import type { Namespace, NewSource, Source, SourceKind } from "../model/source.ts";

/** Why a source could not be loaded with the settings and secrets that it has. */
export type UseSourceError = SourceLoadError | MissingSecret | SecretNotForOrigin;
export type AddSourceError = NamespaceUnavailable | UnsupportedSourceKind | UseSourceError;
export type RefreshSourceError =
  | SourceNotFound
  | BuiltInSource
  | UnsupportedSourceKind
  | UseSourceError;

/** The sources that operators added, and the built-in one. A change is either stored whole or leaves everything as it was. */
export class Sources extends Context.Tag("@executor/sdk/Sources")<
  Sources,
  {
    readonly list: Effect.Effect<ReadonlyArray<Source>>;
    readonly get: (namespace: string) => Effect.Effect<Source, SourceNotFound>;
    readonly add: (source: NewSource) => Effect.Effect<Source, AddSourceError>;
    /** Reads the description again; `document` is the new text of a source that was added as text. */
    readonly refresh: (
      namespace: string,
      document?: string,
    ) => Effect.Effect<Source, RefreshSourceError>;
    readonly remove: (namespace: string) => Effect.Effect<void, SourceNotFound | BuiltInSource>;
    /** The kind of source that these settings lead to, if any; fails only where a kind could not tell and none was found. */
    readonly detect: (
      settings: SourceSettings,
    ) => Effect.Effect<
      ReadonlyArray<DetectedSource & { readonly kind: SourceKind }>,
      UseSourceError
    >;
    /** Emits whenever a source was added, refreshed or removed. */
    readonly changes: Stream.Stream<void>;
  }
>() {
  static readonly layer = Layer.scoped(
    Sources,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const plugins = yield* SourcePlugins;
  const resolver = yield* ToolResolver;
  const access = yield* SourceAccess;
  const rows = yield* SourceRows;
  const tools = yield* toolRows;
  // Only that something changed matters, not how often.
  const changed = yield* PubSub.sliding<void>(1);

  /** Runs `change` as one transaction, then makes its effect seen, also where who asked for it is gone. Nothing in it may wait. */
  const commit = <A, E>(change: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    sql.withTransaction(change).pipe(
      Effect.catchIf(isSqlError, Effect.die),
      Effect.tap(() => Effect.map(tools.count, setToolCount)),
      Effect.tap(() => resolver.invalidate),
      Effect.tap(() => PubSub.publish(changed, undefined)),
      Effect.uninterruptible,
    );

  const pluginOf = (kind: SourceKind) => {
    const plugin = plugins.get(kind);
    return plugin === undefined
      ? Effect.fail(
          new UnsupportedSourceKind({
            message: `Sources of kind ${kind} cannot be added here. Kinds that can: ${[...plugins.keys()].join(", ")}.`,
          }),
        )
      : Effect.succeed(plugin);
  };

  const find = (namespace: string) =>
    Effect.filterOrFail(
      rows.find(namespace),
      (stored) => stored !== undefined,
      () => notFound(namespace),
    );

  const available = (namespace: Namespace) =>
    Effect.gen(function* () {
      if (reservedNamespaces.has(namespace)) {
        return yield* new NamespaceUnavailable({
          message: `The namespace ${namespace} is reserved. Choose another.`,
        });
      }
      if (yield* rows.exists(namespace)) {
        return yield* new NamespaceUnavailable({
          message: `The namespace ${namespace} belongs to another source. Choose another, or remove that source first.`,
        });
      }
    });

  const seen = (stored: StoredSource): Source => {
    recordSourceTools(stored, stored.tool_count);
    if (stored.last_error !== null) recordSourceFailed(stored);
    else if (stored.refreshed_at !== null) recordSourceWorked(stored, stored.refreshed_at);
    return toSource(stored);
  };

  const reload = Effect.fn("Sources.reload")(function* (namespace: string, document?: string) {
    const stored = yield* changeable(yield* find(namespace));
    const plugin = yield* pluginOf(stored.kind);
    const settings = new SourceSettings(
      document === undefined ? stored.settings : { ...stored.settings, document },
    );
    const loaded = yield* loadAgain(plugin, stored, settings);
    const refreshed_at = yield* DateTime.now;
    yield* commit(
      Effect.gen(function* () {
        if (!(yield* rows.setRefreshed(stored.namespace, loaded.url, refreshed_at))) {
          return yield* notFound(namespace);
        }
        yield* tools.replaceAll(stored.namespace, loaded);
      }),
    );
    return { source: seen(yield* find(namespace)), loaded };
  });

  const loadAgain = (plugin: SourcePlugin, stored: StoredSource, settings: SourceSettings) =>
    (settings.url ?? settings.document ?? settings.command) === undefined
      ? Effect.fail(
          new InvalidSourceDocument({
            message: `The source ${stored.namespace} was added as text. Send its new text as the document to refresh it.`,
          }),
        )
      : access.load(plugin, settings).pipe(
          Effect.filterOrFail(
            (loaded) => !takesHeadersElsewhere(stored, loaded),
            (loaded) => movedAway(stored, loaded),
          ),
          countConnect(stored.namespace, stored.namespace),
          Effect.tapError(({ message }) => {
            recordSourceFailed(stored);
            return rows.setLastError(stored.namespace, message);
          }),
        );

  const followers = yield* makeSourceFollowers((namespace) =>
    reload(namespace).pipe(
      Effect.map(({ loaded }) => Hash.string(JSON.stringify(loaded.tools))),
      Effect.catchAllCause((cause) =>
        Effect.as(
          Effect.logWarning(
            `The source ${namespace} told of other tools, but was not read.`,
            cause,
          ),
          failedReload,
        ),
      ),
    ),
  );

  const add = Effect.fn("Sources.add")(function* (source: NewSource) {
    const { namespace, kind } = source;
    const plugin = yield* pluginOf(kind);
    yield* available(namespace);
    const settings = settingsOf(source);
    const loaded = yield* countConnect(namespace, other)(access.load(plugin, settings));
    const row = yield* rows.seal({
      namespace,
      kind,
      name: source.name ?? loaded.name,
      url: loaded.url,
      enabled: true,
      settings: withoutDocument(settings),
      refreshed_at: yield* DateTime.now,
      last_error: null,
    });
    yield* commit(
      Effect.gen(function* () {
        yield* available(namespace);
        yield* rows.insert(row);
        yield* tools.replaceAll(namespace, loaded);
      }),
    );
    const stored = yield* Effect.orDie(find(namespace));
    yield* followers.follow(stored);
    return seen(stored);
  });

  const remove = Effect.fn("Sources.remove")(function* (namespace: string) {
    const stored = yield* changeable(yield* find(namespace));
    yield* commit(
      Effect.zipRight(tools.removeAll(stored.namespace), rows.remove(stored.namespace)),
    );
    yield* followers.unfollow(namespace);
    forgetSource(stored);
  });

  /** One kind after another, so that where a description is found, nothing else is sent there. */
  const detect = Effect.fn("Sources.detect")(function* (settings: SourceSettings) {
    const failures: Array<UseSourceError> = [];
    for (const plugin of plugins.values()) {
      if (settings.command !== undefined && plugin.kind !== "mcp") continue;
      const result = yield* Effect.either(access.detect(plugin, settings));
      if (Either.isLeft(result)) failures.push(result.left);
      else if (Option.isSome(result.right)) return [{ ...result.right.value, kind: plugin.kind }];
    }
    const [failure] = failures.toSorted((left, right) => rank(left) - rank(right));
    return failure === undefined ? [] : yield* failure;
  });

  const builtInRow = yield* rows.seal({
    namespace: builtInNamespace,
    kind: "executor",
    name: builtInSource.name,
    url: null,
    enabled: true,
    settings: new SourceSettings({}),
    refreshed_at: yield* DateTime.now,
    last_error: null,
  });
  yield* commit(
    Effect.gen(function* () {
      const exists = yield* rows.exists(builtInNamespace);
      yield* exists ? rows.update(builtInRow) : rows.insert(builtInRow);
      yield* tools.replaceAll(builtInNamespace, builtInSource);
    }),
  );
  for (const stored of yield* rows.all) {
    seen(stored);
    yield* followers.follow(stored);
  }

  return {
    list: Effect.map(rows.all, (all) => all.map(toSource)),
    get: (namespace: string) => Effect.map(find(namespace), toSource),
    add,
    refresh: (namespace: string, document?: string) =>
      Effect.map(reload(namespace, document), ({ source }) => source),
    remove,
    detect,
    changes: Stream.fromPubSub(changed),
  };
});

/** In place of a namespace that is not a source's, so that failing additions make no series of their own. */
const other = "_OTHER";

const countConnect =
  (namespace: string, onFailure: string) =>
  <A, E>(load: Effect.Effect<A, E>) =>
    Effect.tapBoth(load, {
      onSuccess: () =>
        Effect.sync(() => sourceConnects.add(1, { "executor.source": namespace, outcome: "ok" })),
      onFailure: () =>
        Effect.sync(() =>
          sourceConnects.add(1, { "executor.source": onFailure, outcome: "error" }),
        ),
    });

/** In place of the fingerprint of tools. */
const failedReload = 0;

/** What tells most about why nothing was detected comes first. */
const rank = ({ _tag }: UseSourceError): number => helpful.indexOf(_tag);
const helpful: ReadonlyArray<UseSourceError["_tag"]> = [
  "MissingSecret",
  "SecretNotForOrigin",
  "InvalidSourceDocument",
  "SourceDocumentTooLarge",
  "SourceUnreachable",
];

/** Secrets are bound to origins; what was given as it is, is bound to the origin that calls went to when it was given. */
const takesHeadersElsewhere = ({ settings, url }: StoredSource, loaded: LoadedSource): boolean =>
  Object.keys(settings.headers).length > 0 &&
  url !== null &&
  (originOf(url) ?? url) !== (originOf(loaded.url) ?? loaded.url);

const movedAway = ({ namespace, url }: StoredSource, loaded: LoadedSource) =>
  new InvalidSourceDocument({
    message: `The description now has calls go to ${originOf(loaded.url) ?? loaded.url}, and the headers of ${namespace} were given for ${originOf(url ?? "") ?? "another place"}. If that is right, remove the source and add it again.`,
  });

const notFound = (namespace: string) =>
  new SourceNotFound({
    message: `There is no source with the namespace ${namespace}. List the sources to see which there are.`,
  });

const changeable = (stored: StoredSource) =>
  stored.kind === "executor"
    ? Effect.fail(
        new BuiltInSource({
          message: "The built-in source is part of the daemon. It cannot be refreshed or removed.",
        }),
      )
    : Effect.succeed(stored);

const isSqlError = (error: unknown): error is SqlError => error instanceof SqlError;

const settingsOf = ({ namespace: _, kind: __, name: ___, ...settings }: NewSource) =>
  new SourceSettings(settings);

const withoutDocument = ({ document: _, ...settings }: SourceSettings) =>
  new SourceSettings(settings);
