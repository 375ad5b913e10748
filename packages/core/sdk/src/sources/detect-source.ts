import { Effect, Either, Option } from "effect";
import { SourcePlugins } from "../model/plugin.ts";
import type { DetectedSource } from "../model/plugin.ts";
import type { SourceKind, SourceSettings } from "../model/source.ts";
import { SourceAccess } from "./source-access.ts";
import type { UseSourceError } from "./source-access.ts";

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
