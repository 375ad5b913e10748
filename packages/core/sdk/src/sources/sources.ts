import { Context, Effect, Hash, Layer, type Stream } from "effect";
import { forgetSource } from "../metrics.ts";
import type { LoadedSource } from "../model/plugin.ts";
import { RefreshedSource, type ToolChanges } from "../model/refreshed-source.ts";
import type { InvalidSourceEdit, SourceEdit } from "../model/source-edit.ts";
import type { SourceState } from "../model/source-state.ts";
import type { SourceReview, ToolNotPending } from "../model/source-review.ts";
import type {
  BuiltInSource,
  NamespaceUnavailable,
  NewSource,
  Source,
  SourceDetails,
  SourceNotFound,
  SourceSettings,
  UnsupportedSourceKind,
} from "../model/source.ts";
import { type CoveredTools, ToolCatalogue } from "../tools/tool-catalogue.ts";
import { type DetectedKind, makeAddSource, makeDetectSource, storeBuiltIn } from "./add-source.ts";
import { makeEditSource } from "./edit-source.ts";
import { makeReloadSource } from "./reload-source.ts";
import { makeReviewSource } from "./review-source.ts";
import type { UseSourceError } from "./source-access.ts";
import { makeSourceChanges } from "./source-changes.ts";
import { makeRereading } from "./rereading.ts";
import { makeSourceFollowers } from "./source-followers.ts";
import { type StoredSource, toDetails, toSource } from "./source-rows.ts";

export type AddSourceError = NamespaceUnavailable | UnsupportedSourceKind | UseSourceError;
export type RefreshSourceError =
  | SourceNotFound
  | BuiltInSource
  | UnsupportedSourceKind
  | UseSourceError;

export type EditSourceError = RefreshSourceError | InvalidSourceEdit;

/** The sources that operators added, and the built-in one. A change is either stored whole or changes nothing. */
export class Sources extends Context.Tag("@executor/sdk/Sources")<
  Sources,
  {
    /** Within a toolkit, the sources that have tools of it, with the number of these. */
    readonly list: Effect.Effect<ReadonlyArray<Source>>;
    /** How sources want to be used, by their namespaces; of those that say so. */
    readonly instructions: Effect.Effect<ReadonlyMap<string, string>>;
    readonly get: (namespace: string) => Effect.Effect<SourceDetails, SourceNotFound>;
    readonly add: (source: NewSource) => Effect.Effect<SourceDetails, AddSourceError>;
    /** Reads the description again; `document` is the new text of a source that was added as text. */
    readonly refresh: (
      namespace: string,
      document?: string,
    ) => Effect.Effect<RefreshedSource, RefreshSourceError>;
    /** Changes what the operator set, with the description read again where that changes what is read. */
    readonly edit: (
      namespace: string,
      edit: SourceEdit,
    ) => Effect.Effect<RefreshedSource, EditSourceError>;
    /** Lets tools be called that a refresh added and that waited for this. */
    readonly review: (
      namespace: string,
      review: SourceReview,
    ) => Effect.Effect<SourceDetails, SourceNotFound | ToolNotPending>;
    readonly remove: (namespace: string) => Effect.Effect<void, SourceNotFound | BuiltInSource>;
    /** The kind of source that these settings lead to, if any; fails only where none was found and a kind failed. */
    readonly detect: (
      settings: SourceSettings,
    ) => Effect.Effect<ReadonlyArray<DetectedKind>, UseSourceError>;
    /** Emits whenever a source was added, edited, refreshed or removed. */
    readonly changes: Stream.Stream<void>;
    /** Reads the descriptions of sources again that are not ready. */
    readonly rereading: {
      /** Each when it is due, for ever: for an app that lives long. */
      readonly whenDue: Effect.Effect<never>;
      /** Those that are due now. */
      readonly due: Effect.Effect<void>;
      /**
       * One that was never read, because a tool of it is called. Gives why it is not ready; `null` if it was read; `undefined`
       * if there is no source that waits for that.
       */
      readonly forCall: (namespace: string) => Effect.Effect<SourceState | null | undefined>;
    };
  }
>() {
  /** Stores the built-in source first. */
  static readonly layer = (builtIn: LoadedSource) => Layer.scoped(Sources, make(builtIn));
}

const make = Effect.fnUntraced(function* (builtIn: LoadedSource) {
  const changes = yield* makeSourceChanges;
  const catalogue = yield* ToolCatalogue;
  const { commit, find, findChangeable, record, rows, tools } = changes;
  const details = (stored: StoredSource) =>
    Effect.map(rows.said(stored.namespace), (said) => toDetails(stored, said));
  const afterReading = (stored: StoredSource, read: ToolChanges | null) =>
    Effect.map(
      Effect.zipRight(record(stored), details(stored)),
      (shown) => new RefreshedSource({ ...shown, changes: read }),
    );
  const add = yield* makeAddSource(changes);
  const review = makeReviewSource(changes);
  const reloadSource = yield* makeReloadSource(changes);
  const planned = (namespace: string) =>
    Effect.flatMap(rows.find(namespace), (stored) =>
      stored === undefined ? Effect.void : rereading.schedule(stored),
    );
  const reload = (namespace: string, document?: string) =>
    reloadSource(namespace, document).pipe(
      Effect.tap(({ stored }) => record(stored)),
      Effect.ensuring(planned(namespace)),
    );
  const rereading = yield* makeRereading(reload);
  const followers = yield* makeSourceFollowers((namespace) =>
    reload(namespace).pipe(
      Effect.map(({ loaded }) => Hash.string(JSON.stringify(loaded.tools))),
      Effect.catchAllCause((cause) =>
        Effect.as(
          Effect.logWarning(`The source ${namespace} changed, but could not be read.`, cause),
          failedReload,
        ),
      ),
    ),
  );

  const edit = yield* makeEditSource(changes, (namespace) =>
    Effect.zipRight(followers.refollow(namespace), planned(namespace)),
  );

  yield* storeBuiltIn(changes, builtIn);
  for (const stored of yield* rows.all) {
    yield* record(stored);
    yield* followers.follow(stored);
    yield* rereading.schedule(stored);
  }

  return {
    list: Effect.zipWith(rows.all, catalogue.covered, (all, covered) =>
      covered === undefined ? all.map(toSource) : coveredSources(all, covered),
    ),
    instructions: rows.instructions,
    get: (namespace: string) => Effect.flatMap(find(namespace), details),
    add: (source: NewSource) =>
      add(source).pipe(
        Effect.tap(followers.follow),
        Effect.tap(record),
        Effect.tap(rereading.schedule),
        Effect.flatMap(details),
      ),
    refresh: (namespace: string, document?: string) =>
      Effect.flatMap(reload(namespace, document), ({ stored, changes: read }) =>
        afterReading(stored, read),
      ),
    edit: Effect.fn("Sources.edit")(function* (namespace: string, given: SourceEdit) {
      const read = yield* edit(namespace, given);
      const stored = yield* find(namespace);
      if (read === null) yield* rereading.soon(stored);
      return yield* afterReading(stored, read);
    }),
    review: (namespace: string, given: SourceReview) =>
      Effect.flatMap(review(namespace, given), details),
    remove: Effect.fn("Sources.remove")(function* (namespace: string) {
      const stored = yield* findChangeable(namespace);
      yield* commit(
        Effect.zipRight(tools.removeAll(stored.namespace), rows.remove(stored.namespace)),
      );
      yield* rereading.forget(namespace);
      yield* followers.unfollow(namespace);
      forgetSource(stored);
    }),
    detect: yield* makeDetectSource,
    changes: changes.changes,
    rereading: {
      whenDue: rereading.readWhenDue,
      due: rereading.readDue,
      forCall: (namespace: string) =>
        Effect.map(rereading.readForCall(namespace), (stored) => {
          if (stored === undefined) return undefined;
          return stored.refreshed_at === null ? stored.state : null;
        }),
    },
  };
});

const coveredSources = (
  all: ReadonlyArray<StoredSource>,
  { counts }: CoveredTools,
): ReadonlyArray<Source> =>
  all.flatMap((stored) => {
    const toolCount = counts.get(stored.namespace);
    return toolCount === undefined ? [] : [toSource({ ...stored, tool_count: toolCount })];
  });

/** In place of the fingerprint of tools. */
const failedReload = 0;
