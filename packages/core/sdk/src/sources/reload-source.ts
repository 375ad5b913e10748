import { Effect } from "effect";
import { originOf } from "../credentials/secret.ts";
import type { LoadedSource, SourcePlugin } from "../model/plugin.ts";
import { InvalidSourceDocument, SourceSettings, SourceUnreachable } from "../model/source.ts";
import { SourceAccess } from "./source-access.ts";
import { countConnect, type SourceChanges, unlessOutdated } from "./source-changes.ts";
import type { StoredSource } from "./source-rows.ts";

/** Reads a source's description again, and replaces the source's tools. A failure is stored as the source's state and last error. */
export const makeReloadSource = (changes: SourceChanges) =>
  Effect.map(SourceAccess, (access) => {
    const { commit, find, findChangeable, pluginOf, requireCurrent, storeFailure, storeRead } =
      changes;

    const load = (plugin: SourcePlugin, stored: StoredSource, settings: SourceSettings) =>
      access.load(plugin, settings).pipe(
        Effect.filterOrFail(
          (loaded) => !takesHeadersElsewhere(stored, loaded),
          (loaded) => movedAway(stored, loaded),
        ),
        countConnect(stored.namespace, stored.namespace),
        Effect.tapError((error) => storeFailure(stored, error)),
      );

    const readAnew = Effect.fnUntraced(function* (
      plugin: SourcePlugin,
      stored: StoredSource,
      settings: SourceSettings,
    ) {
      const loaded = yield* load(plugin, stored, settings);
      const toolChanges = yield* commit(
        Effect.gen(function* () {
          yield* requireCurrent(stored);
          return yield* storeRead(stored, loaded, stored.settings);
        }),
      );
      return { stored: yield* find(stored.namespace), loaded, changes: toolChanges };
    });

    const attempt = Effect.fnUntraced(function* (namespace: string, document?: string) {
      const stored = yield* findChangeable(namespace);
      const plugin = yield* pluginOf(stored.kind);
      const settings = new SourceSettings(
        document === undefined ? stored.settings : { ...stored.settings, document },
      );
      if ((settings.url ?? settings.document ?? settings.command) === undefined) {
        return yield* new InvalidSourceDocument({
          message: `The source ${stored.namespace} was added as text. Send its new text as the document to refresh it.`,
        });
      }
      return yield* readAnew(plugin, stored, settings).pipe(
        // Without a stored failure, the next reading would stay due at once.
        Effect.tapDefect(() => storeFailure(stored, broken)),
      );
    });

    return Effect.fn("Sources.reload")((namespace: string, document?: string) =>
      unlessOutdated(attempt(namespace, document)),
    );
  });

const broken = new SourceUnreachable({
  message:
    "The description could not be read, because of a fault in Executor itself. Its log has the reason; report it there where it comes again.",
});

/** Secrets are bound to origins. Literal headers are bound to the origin that calls were sent to when they were given. */
const takesHeadersElsewhere = ({ settings, url }: StoredSource, loaded: LoadedSource): boolean =>
  Object.keys(settings.headers).length > 0 &&
  url !== null &&
  (originOf(url) ?? url) !== (originOf(loaded.url) ?? loaded.url);

const movedAway = ({ namespace, url }: StoredSource, loaded: LoadedSource) =>
  new InvalidSourceDocument({
    message: `The description now sends calls to ${originOf(loaded.url) ?? loaded.url}, but the headers of ${namespace} were given for ${originOf(url ?? "") ?? "another place"}. If the new address is right, edit the source: give its headers again, with that address as its base URL.`,
  });
