import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { takeOnly } from "../src/filter.ts";
import { runSteps } from "../src/steps.ts";
import { makeWarnings } from "../src/warnings.ts";

const operations = [
  { id: "listPets", tags: ["pets"] },
  { id: "addPet", tags: ["pets", "admin"] },
  { id: "listUsers", tags: ["users"] },
];

const filtered = (only: Parameters<typeof takeOnly>[1]) =>
  Effect.gen(function* () {
    const warnings = makeWarnings();
    const names = {
      tags: ({ tags }: (typeof operations)[number]) => tags,
      operations: ({ id }: (typeof operations)[number]) => [id],
    };
    const taken = yield* runSteps(takeOnly(operations, only, names, warnings));
    const told = warnings.all().map(({ code, message }) => `${code}: ${message}`);
    return { taken: taken.map(({ id }) => id), told };
  });

describe("takeOnly", () => {
  it.effect("takes everything without a filter", () =>
    Effect.gen(function* () {
      expect(yield* filtered(undefined)).toEqual({
        taken: ["listPets", "addPet", "listUsers"],
        told: [],
      });
    }),
  );

  it.effect("takes what any pattern of a list takes, and what every list takes", () =>
    Effect.gen(function* () {
      expect(yield* filtered({ operations: ["list*", "addPet"] })).toEqual({
        taken: ["listPets", "addPet", "listUsers"],
        told: [],
      });
      expect(yield* filtered({ operations: ["list*"], tags: ["pets"] })).toEqual({
        taken: ["listPets"],
        told: [],
      });
    }),
  );

  it.effect(
    "names each pattern that matches nothing, also beside one that matches everything",
    () =>
      Effect.gen(function* () {
        const { taken, told } = yield* filtered({ operations: ["*", "list*", "nothing"] });
        expect(taken).toHaveLength(3);
        expect(told).toEqual([
          'filter_matches_nothing: The filter\'s "nothing" in `operations` matches no operation. Correct it, or remove it.',
        ]);
      }),
  );

  it.effect("tells that the lists have nothing in common", () =>
    Effect.gen(function* () {
      const { taken, told } = yield* filtered({ operations: ["addPet"], tags: ["users"] });
      expect(taken).toEqual([]);
      expect(told).toEqual([expect.stringMatching(/^filter_leaves_nothing: /)]);
    }),
  );

  it.effect("tells that a list does not apply, and uses the others", () =>
    Effect.gen(function* () {
      const { taken, told } = yield* filtered({ paths: ["/a"], tags: ["users"] });
      expect(taken).toEqual(["listUsers"]);
      expect(told).toEqual([
        "filter_not_applicable: The filter's `paths` are not used: operations of this kind of source have none. Filter by `tags` or `operations`.",
      ]);
    }),
  );
});
