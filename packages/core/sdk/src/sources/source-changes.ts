import * as SqlClient from "@effect/sql/SqlClient";
import { SqlError } from "@effect/sql/SqlError";
import { Data, DateTime, Effect, Either, PubSub, Random, Stream } from "effect";
import {
  type connectOutcomes,
  recordDefinitionTokens,
  recordSourceFailed,
  recordSourceState,
  recordSourceTools,
  recordSourceWorked,
  setToolCount,
  sourceConnects,
} from "../metrics.ts";
import { SourcePlugins } from "../model/plugin.ts";
import { shorten } from "../model/shorten.ts";
import {
  BuiltInSource,
  NamespaceUnavailable,
  reservedNamespaces,
  SourceNotFound,
  UnsupportedSourceKind,
} from "../model/source.ts";
import type { Namespace, SourceKind, SourceSettings } from "../model/source.ts";
import { SourceInUse } from "../model/source-in-use.ts";
import { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { toolRows } from "../tools/tool-rows.ts";
import type { ReadSource, UseSourceError } from "./source-access.ts";
import { SourceRows, type StoredSource } from "./source-rows.ts";
import { afterReading, readingFailure } from "./state-changes.ts";

/** Steps that adding, reloading and removing a source share. */
export type SourceChanges = Effect.Effect.Success<typeof makeSourceChanges>;

export const makeSourceChanges = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const plugins = yield* SourcePlugins;
  const catalogue = yield* ToolCatalogue;
  const rows = yield* SourceRows;
  const tools = yield* toolRows;
  // Sliding: subscribers need to know that something changed, not how often.
  const changed = yield* PubSub.sliding<void>(1);

  const find = (namespace: string) =>
    Effect.filterOrFail(
      rows.find(namespace),
      (stored) => stored !== undefined,
      () => sourceNotFound(namespace),
    );

  return {
    rows,
    tools,

    /** Sets the gauges of a source. The built-in source's tools are not among those that code mode saves. */
    record: (stored: StoredSource) => {
      recordSourceTools(stored, stored.tool_count);
      const { status } = stored.state;
      recordSourceState(stored, status);
      if (stored.last_error !== null || status === "unreachable") recordSourceFailed(stored);
      else if (stored.refreshed_at !== null) recordSourceWorked(stored, stored.refreshed_at);
      if (stored.kind === "executor") return Effect.void;
      return Effect.map(tools.definitionTokens(stored.namespace), (tokens) =>
        recordDefinitionTokens(stored, tokens),
      );
    },

    /** Emits after every change. */
    changes: Stream.fromPubSub(changed),

    /**
     * Runs `change` as one transaction, then makes it take effect, even if the client that asked for it disconnects. Nothing in
     * `change` may wait.
     */
    commit: <A, E>(change: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      sql.withTransaction(change).pipe(
        Effect.catchIf((error) => error instanceof SqlError, Effect.die),
        Effect.tap(() => Effect.map(tools.count, setToolCount)),
        Effect.tap(() => catalogue.invalidate),
        Effect.tap(() => PubSub.publish(changed, undefined)),
        Effect.uninterruptible,
      ),

    pluginOf: (kind: SourceKind) =>
      Either.fromNullable(
        plugins.get(kind),
        () =>
          new UnsupportedSourceKind({
            message: `Sources of kind ${kind} cannot be added here. Possible kinds: ${[...plugins.keys()].join(", ")}.`,
          }),
      ),

    find,

    /** The source, unless it is the built-in one. */
    findChangeable: (namespace: string) =>
      Effect.filterOrFail(
        find(namespace),
        ({ kind }) => kind !== "executor",
        () => builtInSourceError,
      ),

    /**
     * Replaces the tools of a source by those of a reading, and tells what that changed. In a transaction, so that the times of
     * readings have the order in which they took effect. Nothing of the first reading waits for a review.
     */
    storeRead: (
      { namespace, refreshed_at }: Pick<StoredSource, "namespace" | "refreshed_at">,
      loaded: ReadSource,
      settings: SourceSettings,
    ) =>
      Effect.gen(function* () {
        const at = yield* DateTime.now;
        const reviewNewWrites = refreshed_at !== null && settings.reviewNewWrites;
        yield* rows.setRead(namespace, loaded, at);
        return yield* tools.replaceAll(namespace, loaded, { at, reviewNewWrites });
      }),

    /** Stores the state of a source whose description could not be read. */
    storeFailure: (
      stored: Pick<StoredSource, "namespace" | "kind" | "sealed" | "settings" | "state">,
      error: UseSourceError,
    ) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now;
        const random = yield* Random.next;
        const { settings, state } = stored;
        const failed = afterReading(state, readingFailure(error), { settings, now, random });
        yield* rows.setState(stored, failed, true);
        recordSourceFailed(stored);
        recordSourceState(stored, failed.status);
      }),

    /** Fails where the source was removed or edited since it was found; see {@link unlessOutdated}. */
    requireCurrent: (stored: Pick<StoredSource, "namespace" | "sealed">) =>
      Effect.filterOrFail(
        rows.isCurrent(stored),
        (isCurrent) => isCurrent,
        () => new OutdatedSource(),
      ),

    requireFree: (namespace: Namespace) =>
      Effect.gen(function* () {
        const isReserved = reservedNamespaces.has(namespace);
        if (!isReserved && !(yield* rows.exists(namespace))) return;
        return yield* new NamespaceUnavailable({
          message: isReserved
            ? `The namespace ${namespace} is reserved. Choose another.`
            : `The namespace ${namespace} belongs to another source. Choose another, or remove that source first.`,
        });
      }),
  };
});

/** A source was removed or edited while another change of it was prepared. */
export class OutdatedSource extends Data.TaggedError("OutdatedSource") {}

/** Begins a change again each time that another one came first, so that no change is lost and none is made of two. */
export const unlessOutdated = <A, E, R>(
  change: Effect.Effect<A, E | OutdatedSource, R>,
): Effect.Effect<A, Exclude<E, OutdatedSource>, R> =>
  Effect.catchIf(
    change,
    (error) => error instanceof OutdatedSource,
    () => unlessOutdated(change),
  );

/** Counts an attempt to read a description. Its requests, and a failure, are measured under `namespaceUntilRead`. */
export const countConnect =
  (namespace: string, namespaceUntilRead: string) =>
  <A, E>(load: Effect.Effect<A, E>): Effect.Effect<A, E> => {
    const count = (source: string, outcome: (typeof connectOutcomes)[number]) =>
      Effect.sync(() => sourceConnects.add(1, { "executor.source": source, outcome }));
    return Effect.provideService(load, SourceInUse, namespaceUntilRead).pipe(
      Effect.tapBoth({
        onSuccess: () => count(namespace, "ok"),
        onFailure: () => count(namespaceUntilRead, "error"),
      }),
      Effect.tapDefect(() => count(namespaceUntilRead, "error")),
    );
  };

export const sourceNotFound = (namespace: string) =>
  new SourceNotFound({
    message: `There is no source with the namespace ${shorten(namespace, 100)}. List the sources to see their namespaces.`,
  });

const builtInSourceError = new BuiltInSource({
  message: "The built-in source is part of the daemon. It cannot be changed, refreshed or removed.",
});
