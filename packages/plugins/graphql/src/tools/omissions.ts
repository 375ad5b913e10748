import type { Warnings } from "@executor/plugin-kit";
import type { Omission, Omit } from "./default-selection.ts";

const maxPlaces = 5;

/** What the default selections of a source's tools leave out. */
export interface Omissions {
  /** The omissions of one tool. */
  readonly of: (path: string) => Omit;
  /** One warning for each reason, with the number of tools and the first places. */
  readonly warn: (warnings: Warnings) => void;
}

export const makeOmissions = (): Omissions => {
  const found = new Map<Omission, { readonly tools: Set<string>; readonly places: Set<string> }>();
  return {
    of: (path) => (reason, place) => {
      const known = found.get(reason) ?? { tools: new Set(), places: new Set() };
      found.set(reason, known);
      known.tools.add(path);
      known.places.add(place);
    },
    warn: (warnings) => {
      for (const [reason, { places, tools }] of found) {
        const shown = [...places].slice(0, maxPlaces);
        const more = places.size > shown.length ? ` and ${places.size - shown.length} more` : "";
        const which =
          tools.size === 1 ? `that of ${[...tools].join("")}` : `those of ${tools.size} tools`;
        warnings.warn(
          `selection_${reason}`,
          `Default selections leave out ${words[reason]}: ${shown.join(", ")}${more}, in ${which}. A call gets them by \`select\`.`,
          shown[0] ?? null,
        );
      }
    },
  };
};

const words: Readonly<Record<Omission, string>> = {
  depth:
    "objects that are nested more than two levels deep, enclose themselves, or have no plain fields",
  limit: "what is beyond 150 fields",
  arguments: "fields that need arguments",
  deprecated: "deprecated fields",
  alternatives: "the fields of the types of interfaces and unions that have more than 20",
  conflict: "fields of a union's types whose name stands for different types",
};
