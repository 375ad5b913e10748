import { isArray, member, text } from "@executor/plugin-kit";
import type { FilterNames, Warnings } from "@executor/plugin-kit";
import type { SourceWarning } from "@executor/sdk";
import type { Operation } from "./operations.ts";

/** How an operator's filter names operations: by any of their tags, by the path as it is written, by operationId or by tool. */
export const filterNames: FilterNames<Operation & { readonly toolPath: string }> = {
  tags: ({ operation }) => {
    const tags = member(operation, "tags");
    return isArray(tags) ? tags.flatMap((tag) => text(tag) ?? []) : [];
  },
  paths: ({ path }) => [path],
  operations: ({ operationId, toolPath }) =>
    operationId === undefined ? [toolPath] : [operationId, toolPath],
};

/** The warnings without those about operations that the filter leaves out. */
export const outside = (
  left: ReadonlyArray<Operation>,
  warnings: Warnings,
): ReadonlyArray<SourceWarning> => {
  const places = new Set(left.map(({ place }) => place));
  const isInside = (place: string): boolean => {
    for (let end = place.length; end > 0; end = place.lastIndexOf("/", end - 1)) {
      if (places.has(place.slice(0, end))) return true;
    }
    return false;
  };
  return warnings.all().filter(({ place }) => place === null || !isInside(place));
};
