import type { JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, load, tool } from "../support.ts";

const loaded = (responses: JsonObject, components: JsonObject = {}) =>
  load(describing({ "/a": { head: { operationId: "a", responses } } }, { components }));

describe("described headers of responses", () => {
  it.effect("stand beside the schema of the result, in components too", () =>
    Effect.gen(function* () {
      const source = yield* loaded(
        {
          200: {
            description: "",
            headers: {
              Link: { $ref: "#/components/headers/Link" },
              "X-Total-Count": { schema: { $ref: "#/components/schemas/Count" } },
              "Set-Cookie": { schema: { type: "string" } },
            },
            content: { "application/json": { schema: { type: "array" } } },
          },
          429: {
            $ref: "#/components/responses/Slow",
          },
        },
        {
          headers: { Link: { description: "Pages", schema: { type: "string" } } },
          schemas: { Count: { type: "integer", description: "All" } },
          responses: {
            Slow: {
              description: "",
              headers: {
                "Retry-After": { schema: { type: "integer" } },
                link: { description: "Another" },
              },
            },
          },
        },
      );
      expect(tool(source, "a").outputSchema).toMatchObject({
        type: "array",
        "x-response-headers": {
          link: { description: "Pages", type: "string" },
          "x-total-count": { description: "All", type: "integer" },
          "retry-after": { type: "integer" },
        },
      });
      expect(source.warnings).toEqual([]);
    }),
  );

  it.effect("stand alone where the result has no schema", () =>
    Effect.gen(function* () {
      const source = yield* loaded({ 200: { description: "", headers: { ETag: {} } } });
      expect(tool(source, "a").outputSchema).toEqual({ "x-response-headers": { etag: {} } });
      const bare = yield* loaded({ 200: { description: "" } });
      expect(tool(bare, "a").outputSchema).toBeNull();
    }),
  );

  it.effect("are at most 64, with a warning for the others", () =>
    Effect.gen(function* () {
      const headers = Object.fromEntries(
        Array.from({ length: 70 }, (_, index) => [`x-${index}`, { description: "d".repeat(400) }]),
      );
      const source = yield* loaded({ 200: { description: "", headers } });
      const shown = JSON.stringify(tool(source, "a").outputSchema);
      expect(shown.split('"description"').length - 1).toBe(64);
      expect(shown.length).toBeLessThan(64 * 350);
      expect(source.warnings).toEqual([
        {
          code: "response_headers_not_shown",
          message: expect.stringContaining("6 are not shown"),
          place: "/paths/~1a/head/responses",
        },
      ]);
    }),
  );
});
