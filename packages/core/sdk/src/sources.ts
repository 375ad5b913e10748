import { SqlClient } from "@effect/sql";
import { Context, DateTime, Effect, Layer, Option } from "effect";
import { SqlError } from "@effect/sql/SqlError";
import { builtInNamespace, builtInSource } from "./built-in.ts";
import { ToolResolver } from "./internal/resolver.ts";
import {
  forgetSource,
  recordSourceFailed,
  recordSourceTools,
  recordSourceWorked,
} from "./internal/source-gauges.ts";
import { sourceRows, toSource } from "./internal/source-rows.ts";
import type { StoredSource } from "./internal/source-rows.ts";
import { toolRows } from "./internal/tool-rows.ts";
import { setToolCount, sourceConnects } from "./metrics.ts";
import { SourcePlugins } from "./plugin.ts";
import type { DetectedSource, SourcePlugin } from "./plugin.ts";
import {
  BuiltInSource,
  InvalidSourceDocument,
  NamespaceUnavailable,
  SourceNotFound,
  UnsupportedSourceKind,
} from "./source-errors.ts";
import type { SourceLoadError } from "./source-errors.ts";
import { reservedNamespaces, SourceSettings } from "./source.ts";
import type { Namespace, NewSource, Source, SourceKind } from "./source.ts";

export type AddSourceError = NamespaceUnavailable | UnsupportedSourceKind | SourceLoadError;
export type RefreshSourceError =
  | SourceNotFound
  | BuiltInSource
  | UnsupportedSourceKind
  | SourceLoadError;

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
    /** The kinds of source that these settings lead to. */
    readonly detect: (
      settings: SourceSettings,
    ) => Effect.Effect<
      ReadonlyArray<DetectedSource & { readonly kind: SourceKind }>,
      SourceLoadError
    >;
  }
>() {
  static readonly layer = Layer.effect(
    Sources,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const plugins = yield* SourcePlugins;
  const resolver = yield* ToolResolver;
  const rows = yield* sourceRows;
  const tools = yield* toolRows;

  /** Runs `change` as one transaction, then makes its effect seen. Nothing in it may wait for the network. */
  const commit = <A, E>(change: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    sql.withTransaction(change).pipe(
      Effect.catchIf(isSqlError, Effect.die),
      Effect.tap(() => Effect.map(tools.count, setToolCount)),
      Effect.tap(() => resolver.invalidate),
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
      () =>
        new SourceNotFound({
          message: `There is no source with the namespace ${namespace}. List the sources to see which there are.`,
        }),
    );

  const available = (namespace: Namespace) =>
    Effect.gen(function* () {
      if (reservedNamespaces.has(namespace)) {
        return yield* new NamespaceUnavailable({
          message: `The namespace ${namespace} is reserved. Choose another.`,
        });
      }
      if ((yield* rows.find(namespace)) !== undefined) {
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

  const add = Effect.fn("Sources.add")(function* (source: NewSource) {
    const { namespace, kind } = source;
    const plugin = yield* pluginOf(kind);
    yield* available(namespace);
    const settings = settingsOf(source);
    const loaded = yield* countConnect(plugin.load(settings), namespace, other);
    const refreshed_at = yield* DateTime.now;
    yield* commit(
      Effect.gen(function* () {
        yield* available(namespace);
        yield* rows.insert({
          namespace,
          kind,
          name: source.name ?? loaded.name,
          url: loaded.url,
          enabled: true,
          settings: withoutDocument(settings),
          refreshed_at,
          last_error: null,
        });
        yield* tools.replaceAll(namespace, loaded);
      }),
    );
    return seen(yield* Effect.orDie(find(namespace)));
  });

  const refresh = Effect.fn("Sources.refresh")(function* (namespace: string, document?: string) {
    const stored = yield* changeable(yield* find(namespace));
    const plugin = yield* pluginOf(stored.kind);
    const settings = new SourceSettings(
      document === undefined ? stored.settings : { ...stored.settings, document },
    );
    const loaded = yield* loadAgain(plugin, stored, settings);
    const refreshed_at = yield* DateTime.now;
    yield* commit(
      Effect.gen(function* () {
        const { tool_count: _, ...row } = yield* find(namespace);
        yield* rows.update({ ...row, url: loaded.url, refreshed_at, last_error: null });
        yield* tools.replaceAll(row.namespace, loaded);
      }),
    );
    return seen(yield* find(namespace));
  });

  const loadAgain = (plugin: SourcePlugin, stored: StoredSource, settings: SourceSettings) =>
    settings.url === undefined && settings.document === undefined
      ? Effect.fail(
          new InvalidSourceDocument({
            message: `The source ${stored.namespace} was added as text. Send its new text as the document to refresh it.`,
          }),
        )
      : countConnect(plugin.load(settings), stored.namespace, stored.namespace).pipe(
          Effect.tapError(({ message }) => {
            recordSourceFailed(stored);
            return rows.setLastError(stored.namespace, message);
          }),
        );

  const remove = Effect.fn("Sources.remove")(function* (namespace: string) {
    const stored = yield* changeable(yield* find(namespace));
    yield* commit(
      Effect.zipRight(tools.removeAll(stored.namespace), rows.remove(stored.namespace)),
    );
    forgetSource(stored);
  });

  const detect = Effect.fn("Sources.detect")(function* (settings: SourceSettings) {
    const found = yield* Effect.forEach(plugins.values(), (plugin) =>
      Effect.map(
        plugin.detect(settings),
        Option.map((detected) => ({ ...detected, kind: plugin.kind })),
      ),
    );
    return found.flatMap(Option.toArray);
  });

  yield* commit(
    Effect.gen(function* () {
      const row = {
        namespace: builtInNamespace,
        kind: "executor" as const,
        name: builtInSource.name,
        url: null,
        enabled: true,
        settings: new SourceSettings({}),
        refreshed_at: yield* DateTime.now,
        last_error: null,
      };
      const exists = (yield* rows.find(builtInNamespace)) !== undefined;
      yield* exists ? rows.update(row) : rows.insert(row);
      yield* tools.replaceAll(builtInNamespace, builtInSource);
    }),
  );
  (yield* rows.all).forEach(seen);

  return {
    list: Effect.map(rows.all, (all) => all.map(toSource)),
    get: (namespace: string) => Effect.map(find(namespace), toSource),
    add,
    refresh,
    remove,
    detect,
  };
});

/** In place of a namespace that is not a source's, so that failing additions make no series of their own. */
const other = "_OTHER";

const countConnect = <A, E>(load: Effect.Effect<A, E>, namespace: string, onFailure: string) =>
  Effect.tapBoth(load, {
    onSuccess: () =>
      Effect.sync(() => sourceConnects.add(1, { "executor.source": namespace, outcome: "ok" })),
    onFailure: () =>
      Effect.sync(() => sourceConnects.add(1, { "executor.source": onFailure, outcome: "error" })),
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
