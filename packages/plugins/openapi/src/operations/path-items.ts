import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isObject, member, pointer } from "@executor/plugin-kit";
import type { OpenApiDocument } from "../document/outline.ts";
import type { Start } from "../document/reach.ts";
import { maxHops, type References } from "../document/references.ts";

export interface PathItem {
  /** With the members of the targets of its `$ref`. */
  readonly value: JsonObject;
  /** Place of the path item that has this member, which may be in another document. */
  readonly placeOf: (member: string) => string;
}

/** The path items of a description by their paths, without extensions. */
export const pathsOf = (document: OpenApiDocument): ReadonlyArray<readonly [string, Json]> =>
  Object.entries(document.paths).filter(([path]) => !path.startsWith("x-"));

/** Where the path items of a description are looked for. */
export const pathItemLinks = (document: OpenApiDocument): ReadonlyArray<Start> =>
  pathsOf(document).map(([path, value]) => ({
    value,
    kind: "link",
    place: pointer("paths", path),
  }));

/**
 * A path item with the members of its `$ref`'s target, before which its own go: OpenAPI leaves open which ones count, so that it is
 * told. `undefined` for what is not an object or leads nowhere.
 */
export const readPathItem = (
  path: string,
  item: Json,
  references: References,
): PathItem | undefined => {
  const layers: Array<{ readonly value: JsonObject; readonly place: string }> = [];
  let current: Json | undefined = item;
  let place = pointer("paths", path);
  while (layers.length <= maxHops) {
    if (!isObject(current)) return undefined;
    layers.push({ value: current, place });
    const target = references.target(current);
    if (target === undefined) break;
    current = references.find(target);
    place = references.placeOf(target);
  }
  if (layers.length > maxHops) return undefined;
  const [own, ...targets] = layers;
  const covered = Object.keys(own?.value ?? {}).filter((key) =>
    targets.some(({ value }) => key !== "$ref" && member(value, key) !== undefined),
  );
  if (covered.length > 0) {
    references.warnings.warn(
      "path_item_members_replaced",
      `${covered.map((key) => `\`${key}\``).join(", ")} beside \`$ref\` replaces what the referenced path item has.`,
      pointer("paths", path),
    );
  }
  return {
    value: fromEntries(
      layers
        .toReversed()
        .flatMap(({ value }) => Object.entries(value).filter(([key]) => key !== "$ref")),
    ),
    placeOf: (key) => layers.find(({ value }) => member(value, key) !== undefined)?.place ?? place,
  };
};
