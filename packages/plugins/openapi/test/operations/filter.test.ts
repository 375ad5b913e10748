import { describe, expect, it } from "@effect/vitest";
import type { SourceFilter } from "@executor/sdk";
import { Effect } from "effect";
import { describing, load } from "../support.ts";

const schema = (name: string) => ({
  responses: {
    200: {
      content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
    },
  },
});

const description = describing(
  {
    "/pets": {
      get: { operationId: "list", tags: ["pets"], ...schema("Pet") },
      post: { operationId: "add", tags: ["write", "pets"] },
    },
    "/pets/{id}": { get: { operationId: "pets/get", tags: ["pets"] } },
    "/users": { get: { operationId: "list", tags: ["users"], ...schema("User") } },
    "/status": { get: {} },
  },
  { components: { schemas: { Pet: { type: "object" }, User: { type: "object" } } } },
);

const toolsWith = (only: SourceFilter) =>
  Effect.map(load(description, { only }), ({ definitions, tools, warnings }) => ({
    tools: tools.map(({ path }) => path),
    definitions: [...definitions.keys()],
    warnings: warnings.map(({ code }) => code),
  }));

describe("an operator's filter", () => {
  it.effect.each<[SourceFilter, ReadonlyArray<string>]>([
    [{ tags: ["pets"] }, ["pets.list", "write.add", "pets.get"]],
    [{ paths: ["/pets/*"] }, ["pets.get"]],
    [{ paths: ["/pets*"], tags: ["pets"] }, ["pets.list", "write.add", "pets.get"]],
    [{ operations: ["list"] }, ["pets.list", "users.list"]],
    [{ operations: ["users.*"] }, ["users.list"]],
    [{ operations: ["pets/get", "status.get"] }, ["pets.get", "status.get"]],
  ])("%j", ([only, expected]) =>
    Effect.gen(function* () {
      expect(yield* toolsWith(only)).toMatchObject({ tools: expected, warnings: [] });
    }),
  );

  it.effect("costs no schemas of what it leaves out, and tells what matches nothing", () =>
    Effect.gen(function* () {
      expect(yield* toolsWith({ tags: ["users", "cars"] })).toEqual({
        tools: ["users.list"],
        definitions: ["User"],
        warnings: ["filter_matches_nothing"],
      });
    }),
  );

  it.effect("leaves the names of tools as they are without it", () =>
    Effect.gen(function* () {
      const twins = describing({
        "/a": { get: { operationId: "same" } },
        "/b": { get: { operationId: "same" } },
      });
      const all = yield* load(twins);
      const one = yield* load(twins, { only: { paths: ["/a"] } });
      expect(one.tools.map(({ path }) => path)).toEqual([all.tools[0]?.path]);
      expect(one.tools[0]?.path).not.toBe("same");
    }),
  );
});
