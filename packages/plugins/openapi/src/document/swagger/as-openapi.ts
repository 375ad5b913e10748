import type { Json } from "@executor/sdk";
import type { Steps, Warnings } from "@executor/plugin-kit";
import { convertSwagger, isSwagger2 } from "./convert.ts";
import { makePlaces, withPlacesOf } from "./places.ts";

/**
 * A document as OpenAPI 3: one of Swagger 2.0 is converted, any other stays. `warnings` is where its reader tells what it does not
 * use: places in the converted document become places in the original. `prefix` stands before the places of another document.
 */
export function* asOpenApi(
  root: Json,
  documentUrl: string | undefined,
  warnings: Warnings,
  prefix = "",
): Steps<{ readonly root: Json; readonly warnings: Warnings }> {
  if (!isSwagger2(root)) return { root, warnings };
  const places = makePlaces(root);
  const tell = (code: string, message: string, place: string): void =>
    warnings.warn(code, message, prefix + place);
  const converted = yield* convertSwagger(root, documentUrl, places, tell);
  return { root: converted, warnings: withPlacesOf(places, warnings) };
}
