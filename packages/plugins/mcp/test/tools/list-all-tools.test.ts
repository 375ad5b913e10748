import type { Json } from "@executor/sdk";
import { isJsonObject, parseJson } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either } from "effect";
import fc from "fast-check";
import type { Connection } from "../../src/connections/connection.ts";
import { listAllTools } from "../../src/tools/list-all-tools.ts";
import { toolDefinition } from "../../src/tools/tool-definition.ts";

/** A server that answers with these pages, one after the other. */
const answering = (pages: ReadonlyArray<Json>): Connection => {
  let asked = 0;
  return {
    serverName: "server",
    instructions: undefined,
    capabilities: { tools: {} },
    takesParamHeaders: true,
    toolsVersion: () => 0,
    request: () => {
      const page = pages[asked] ?? null;
      asked += 1;
      return Effect.succeed(isJsonObject(page) ? page : {});
    },
    subscribe: () => Effect.void,
    broken: Effect.never,
    callTool: () => Effect.die("unused"),
  };
};

const anything = fc.json({ maxDepth: 3 }).map(parseJson);
const names = fc.constantFrom("a", "b", "constructor", "__proto__", "ü", "");
const members = fc.constantFrom(
  "name",
  "title",
  "description",
  "inputSchema",
  "outputSchema",
  "annotations",
  "execution",
);
const tool = fc.oneof(
  fc.record({ name: names, inputSchema: fc.constant({ type: "object" }) }),
  fc
    .tuple(names, fc.dictionary(members, fc.oneof(anything, fc.constant(null))))
    .map(([name, others]): Json => ({ name, ...others })),
  anything,
);
const page = fc.oneof(
  fc.record({
    tools: fc.array(tool, { maxLength: 4 }),
    nextCursor: fc.constantFrom<Json>(null, "", "2", "3", 5, "2"),
  }),
  anything,
);

describe("listAllTools", () => {
  it.effect("gives tools that can be described, or a reason, whatever a server answers", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(fc.array(page, { maxLength: 4 }), async (pages) => {
          const read = await Effect.runPromise(
            Effect.either(listAllTools(answering(pages), 1_000)),
          );
          if (Either.isLeft(read)) {
            expect(read.left.message).toMatch(/^The MCP server.*\./);
            return;
          }
          const { tools, warnings } = read.right;
          expect(new Set(tools.map((each) => each.name)).size).toBe(tools.length);
          for (const each of tools) {
            expect(JSON.stringify(toolDefinition(each, "path"))).toContain('"path":"path"');
          }
          for (const { message, place } of warnings.all()) {
            expect(message).toMatch(/^The \S+ of the tool|^The tool number/);
            expect(place).toMatch(/^\/tools\/\d+\//);
          }
        }),
        { numRuns: 300 },
      ),
    ),
  );
});
