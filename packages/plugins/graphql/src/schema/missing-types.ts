import type { Warnings } from "@executor/plugin-kit";
import { introspectionTypes, specifiedScalarTypes } from "graphql";
import { platformOf } from "./known-scalars.ts";

const maxListed = 20;

/** The types that a schema uses, each with the first place that uses it. */
export interface UsedTypes {
  /** `place`: `Type`, `Type.field` or `Type.field.argument`. `isScalar`: whether the schema itself says that it is one. */
  readonly use: (name: string, place: string, isScalar?: boolean) => void;
  /**
   * The scalars to add: those that the schema uses without defining them, with a warning for each. Throws an error that lists
   * all other undefined types.
   */
  readonly missing: (
    isDefined: (name: string) => boolean,
    warnings: Warnings,
  ) => ReadonlyArray<string>;
}

export const makeUsedTypes = (): UsedTypes => {
  const used = new Map<string, { readonly place: string; readonly isScalar: boolean }>();
  return {
    use: (name, place, isScalar = false) => {
      if (!used.has(name)) used.set(name, { place, isScalar });
    },
    missing: (isDefined, warnings) => {
      const undefinedTypes = [...used].filter(([name]) => !builtIn.has(name) && !isDefined(name));
      const unknown = undefinedTypes.filter(
        ([name, { isScalar }]) => !isScalar && !platformOf.has(name),
      );
      if (unknown.length > 0) throw new Error(complaint(unknown));
      return undefinedTypes.map(([name, { isScalar, place }]) => {
        const whose = isScalar ? "" : `, as ${platformOf.get(name) ?? "a platform"} provides it`;
        warnings.warn(
          "scalar_not_defined",
          `${name} is not defined. It is taken for a custom scalar${whose}: any value but null is sent on.`,
          place,
        );
        return name;
      });
    },
  };
};

const builtIn: ReadonlySet<string> = new Set(
  [...specifiedScalarTypes, ...introspectionTypes].map(({ name }) => name),
);

const complaint = (
  unknown: ReadonlyArray<readonly [string, { readonly place: string }]>,
): string => {
  const listed = unknown.slice(0, maxListed).map(([name, { place }]) => `${name} (at ${place})`);
  const more = unknown.length > maxListed ? ` and ${unknown.length - maxListed} more types` : "";
  return `it uses types that it does not define: ${listed.join(", ")}${more}`;
};
