import { FileSystem } from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { readJson } from "../../src/commands/input.ts";

const read = (word: string) =>
  Effect.provide(
    readJson(word, "The input"),
    FileSystem.layerNoop({ readFileString: () => Effect.succeed("[-1234567890123456789]") }),
  );

describe("JSON on the command line", () => {
  it.effect("keeps the digits of integers beyond 2^53", () =>
    Effect.gen(function* () {
      expect(yield* read('{"id":1234567890123456789,"n":1.5}')).toEqual({
        id: "1234567890123456789",
        n: 1.5,
      });
      expect(yield* read("@file")).toEqual(["-1234567890123456789"]);
      const { message } = yield* Effect.flip(read("{1234567890123456789}"));
      expect(message).toContain("The input is not JSON: {1234567890123456789}.");
    }),
  );
});
