import { isArray, member, text } from "@executor/plugin-kit";
import type { FilterNames } from "@executor/plugin-kit";
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
