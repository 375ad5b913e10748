import type { SourceFilter } from "@executor/sdk";
import type { Steps } from "./steps.ts";
import type { Warnings } from "./warnings.ts";
import { wildcard } from "./wildcards.ts";

/** The names by which each list of a filter finds an operation; a list that this kind of source has no names for is left out. */
export type FilterNames<A> = {
  readonly [List in keyof SourceFilter]?: (operation: A) => ReadonlyArray<string>;
};

const lists = ["tags", "paths", "operations"] as const;

/**
 * The operations that every list of the operator's filter takes, in their order. Warns of patterns that match no operation, of
 * lists that this kind of source has no names for, which take everything, and of a filter that leaves nothing.
 */
export function* takeOnly<A>(
  operations: ReadonlyArray<A>,
  only: SourceFilter | undefined,
  names: FilterNames<A>,
  warnings: Warnings,
): Steps<ReadonlyArray<A>> {
  let taken = operations;
  for (const list of lists) {
    const patterns = only?.[list];
    if (patterns === undefined) continue;
    const namesOf = names[list];
    if (namesOf === undefined) {
      warnings.warn(
        "filter_not_applicable",
        `The filter's \`${list}\` are not used: operations of this kind of source have none. Filter by \`${lists.filter((other) => names[other] !== undefined).join("` or `")}\`.`,
        `only.${list}`,
      );
      continue;
    }
    const matched = new Set<A>();
    for (const pattern of new Set(patterns)) {
      const matches = wildcard(pattern);
      let isUsed = false;
      for (const operation of operations) {
        if (matched.has(operation) && isUsed) continue;
        if (namesOf(operation).some(matches)) {
          matched.add(operation);
          isUsed = true;
        }
      }
      yield;
      if (!isUsed) {
        warnings.warn(
          "filter_matches_nothing",
          `The filter's ${JSON.stringify(pattern)} in \`${list}\` matches no operation. Correct it, or remove it.`,
          `only.${list} ${pattern}`,
        );
      }
    }
    taken = taken.filter((operation) => matched.has(operation));
  }
  if (taken.length === 0 && operations.length > 0) {
    warnings.warn(
      "filter_leaves_nothing",
      "The filter's lists together take no operation, so the source has no tools. An operation is taken by every given list.",
      "only",
    );
  }
  return taken;
}
