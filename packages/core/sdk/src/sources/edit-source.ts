import { Effect } from "effect";
import { callOrigin } from "../credentials/resolve-settings.ts";
import { originOf } from "../credentials/secret.ts";
import { InvalidSourceEdit, type SourceEdit } from "../model/source-edit.ts";
import { shownUrl, SourceSettings, type SourceUnreachable } from "../model/source.ts";
import { changesReading, editedSettings, keptTexts } from "./edited-settings.ts";
import { SourceAccess } from "./source-access.ts";
import { countConnect, type SourceChanges, unlessOutdated } from "./source-changes.ts";
import type { StoredSource } from "./source-rows.ts";
import { keptFailure, unreadUrl } from "./state-changes.ts";

/**
 * Changes what an operator set of a source. Reads its description with the new settings where they change what is read, or it
 * was never read; what cannot be read changes nothing of a source that was read before. Gives what changed of the tools; `null` if it was not read. `onEdited` runs after each change,
 * even if the client that asked for it disconnects.
 */
export const makeEditSource = (
  changes: SourceChanges,
  onEdited: (namespace: string) => Effect.Effect<void>,
) =>
  Effect.map(SourceAccess, (access) => {
    const { commit, findChangeable, pluginOf, requireCurrent, rows, storeFailure, storeRead } =
      changes;

    const read = Effect.fnUntraced(function* (
      stored: StoredSource,
      edited: SourceSettings,
      edit: SourceEdit,
    ) {
      const { namespace, kind } = stored;
      const plugin = yield* pluginOf(kind);
      const settings = new SourceSettings({ ...edited, document: edit.document });
      if ((settings.url ?? settings.document ?? settings.command) === undefined) {
        return yield* new InvalidSourceEdit({ message: needsText(namespace) });
      }
      const kept = keptTexts(stored, edit);
      const { baseUrl } = settings;
      const place = callOrigin(kind, settings) ?? (kind === "mcp" ? undefined : baseUrl);
      // Where it is known already, nothing is sent there first. What is no URL, the plugin refuses.
      if (place !== undefined && URL.canParse(place)) yield* requireSamePlace(stored, place, kept);
      const loaded = yield* countConnect(namespace, namespace)(access.load(plugin, settings));
      yield* requireSamePlace(stored, loaded.url, kept);
      return loaded;
    });

    const attempt = Effect.fnUntraced(function* (namespace: string, edit: SourceEdit) {
      const stored = yield* findChangeable(namespace);
      const settings = yield* editedSettings(stored, edit);
      const { name = stored.name, enabled = stored.enabled } = edit;
      const isUnread = stored.refreshed_at === null;
      const mustRead =
        edit.document !== undefined || changesReading(stored, settings) || (isUnread && enabled);
      let failure: SourceUnreachable | undefined;
      const loaded = mustRead
        ? yield* Effect.catchIf(
            read(stored, settings, edit),
            (error) => isUnread && keptFailure(stored.kind, error) !== undefined,
            (error) => {
              failure = keptFailure(stored.kind, error);
              return Effect.void;
            },
          )
        : undefined;
      if (loaded === undefined && (edit.headers ?? edit.env) !== undefined) {
        yield* access.resolve(stored.kind, settings, stored.url ?? "");
      }
      const url = isUnread ? unreadUrl(stored.kind, settings) : stored.url;
      const row = yield* rows.seal({ ...stored, name, enabled, settings, url });
      return yield* commit(
        Effect.gen(function* () {
          yield* requireCurrent(stored);
          yield* rows.setSettings(row);
          if (failure !== undefined) {
            yield* storeFailure({ ...stored, settings, sealed: row.settings }, failure);
          }
          return loaded === undefined ? null : yield* storeRead(stored, loaded, settings);
        }),
      ).pipe(Effect.zipLeft(onEdited(namespace)), Effect.uninterruptible);
    });

    return Effect.fn("Sources.edit")((namespace: string, edit: SourceEdit) =>
      unlessOutdated(attempt(namespace, edit)),
    );
  });

const needsText = (namespace: string): string =>
  `${namespace} was added as text, which is not kept, and has to be read again with these settings. Send its text as the document with them.`;

const requireSamePlace = (
  { namespace, url }: StoredSource,
  place: string,
  kept: ReadonlyArray<string>,
): Effect.Effect<void, InvalidSourceEdit> => {
  const now = originOf(url ?? "") ?? url;
  const next = originOf(place) ?? place;
  if (kept.length === 0 || next === now) return Effect.void;
  return new InvalidSourceEdit({
    message: `Calls of ${namespace} would go to ${shownUrl(next)}, but these were given for ${shownUrl(now ?? "another place")}: ${kept.join(", ")}. Set or remove each of them in the same edit.`,
  });
};
