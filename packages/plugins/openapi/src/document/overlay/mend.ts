import { InvalidSourceDocument, type Json } from "@executor/sdk";
import { isObject, type Warnings } from "@executor/plugin-kit";
import { Effect } from "effect";
import { readDocument } from "../parse.ts";
import { inSteps } from "../referenced-documents.ts";

/** Overlays are rare, and JSONPath has 41 modules. */
const loaded = Effect.promise(() => Promise.all([import("./actions.ts"), import("./apply.ts")]));

/**
 * The description as the operator's overlay mends it, if there is one (JSON or YAML text). It is applied to the description as it
 * was read, before anything else. Fails with `InvalidSourceDocument` for an overlay that cannot be used.
 */
export const mend = Effect.fnUntraced(function* (
  root: Json,
  text: string | undefined,
  documentUrl: string | undefined,
  warnings: Warnings,
) {
  if (text === undefined) return root;
  const document = yield* Effect.mapError(
    readDocument(new TextEncoder().encode(text)),
    ({ message }) =>
      new InvalidSourceDocument({
        message: message
          .replace(/^The description\b/, "The overlay")
          .replace("an OpenAPI document", "one in JSON or YAML"),
      }),
  );
  const [{ readOverlay }, { applyOverlay }] = yield* loaded;
  const overlay = yield* readOverlay(document);
  // Anything else is refused later, with a better message than an overlay has.
  if (!isObject(root)) return root;
  return yield* Effect.flatten(inSteps(applyOverlay(root, overlay, documentUrl, warnings)));
});
