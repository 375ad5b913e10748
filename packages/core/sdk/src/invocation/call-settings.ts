import { Effect } from "effect";
import { makeCache } from "../cache.ts";
import { guarded } from "../credentials/credential-guard.ts";
import { makeRedactor, type Redactor } from "../credentials/redactor.ts";
import { callOrigin, requireAll, resolveSettings } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";
import { ToolCallError } from "../model/tool.ts";
import type { CallTarget } from "../sources/source-rows.ts";

/** Sources whose settings stay in memory with their secrets. */
const capacity = 1_000;

type Use<A> = Effect.Effect<A, ToolCallError>;

/**
 * Reads what the uses of a source need: its settings with the secrets' values, and what keeps these from every other place. Kept until a
 * secret changes.
 */
export const makeCallSettings = Effect.flatMap(SecretStore, (secrets) =>
  makeCache({
    capacity,
    version: secrets.version,
    lookup: ({ kind, settings, url }: Pick<CallTarget, "kind" | "settings" | "url">) =>
      resolveSettings(secrets.find, settings, callOrigin(kind, settings, url)).pipe(
        Effect.flatMap(requireAll),
        Effect.map((resolution) => {
          const redactor = makeRedactor(resolution.credentials);
          const guard = guarded(resolution, redactor);
          return {
            settings: resolution.settings,
            redactor,
            /** Guards the requests of a use, and keeps credentials out of what it gives. */
            shield: <A>(use: Use<A>, redact: (use: Use<A>, redactor: Redactor) => Use<A>) =>
              resolution.credentials.length === 0 ? use : redact(guard(use), redactor),
          };
        }),
        Effect.catchTags({
          MissingSecret: ({ message }) => failed("missing_secret", message),
          SecretNotForOrigin: ({ message }) => failed("secret_not_for_origin", message),
        }),
      ),
  }),
);

const failed = (errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome: "blocked", errorType, message }));
