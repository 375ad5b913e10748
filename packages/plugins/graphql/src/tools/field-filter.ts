import type { SourceFilter } from "@executor/sdk";
import { wildcard, type Warnings } from "@executor/plugin-kit";

/** Which fields of the root types become tools. */
export interface FieldFilter {
  /** `path`: the tool's path, such as `query.user`. */
  readonly takes: (name: string, path: string) => boolean;
  /** Adds a warning for each part of the filter that does nothing, once all fields were asked for. */
  readonly warn: (warnings: Warnings) => void;
}

/** A filter whose `operations` are names of fields or paths of tools. GraphQL has neither tags nor paths. */
export const makeFieldFilter = (only: SourceFilter = {}): FieldFilter => {
  const { operations, paths, tags } = only;
  const patterns = (operations ?? []).map((pattern) => ({
    pattern,
    matches: wildcard(pattern),
    isUsed: false,
  }));
  return {
    takes: (name, path) => {
      let isTaken = operations === undefined;
      for (const each of patterns) {
        if (!each.matches(name) && !each.matches(path)) continue;
        each.isUsed = true;
        isTaken = true;
      }
      return isTaken;
    },
    warn: (warnings) => {
      for (const [key, given] of Object.entries({ tags, paths })) {
        if (given === undefined) continue;
        warnings.warn(
          "filter_not_applicable",
          `GraphQL fields have no ${key}, so \`only.${key}\` is ignored. Filter by \`only.operations\`.`,
          `only.${key}`,
        );
      }
      for (const { isUsed, pattern } of patterns) {
        if (isUsed) continue;
        warnings.warn(
          "filter_matches_nothing",
          `No query or mutation has the name or the tool path ${JSON.stringify(pattern)}.`,
          `only.operations ${pattern}`,
        );
      }
    },
  };
};
