import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { redactLoaded } from "../../src/sources/source-access.ts";
import { makeRedactor } from "../../src/credentials/redactor.ts";
import { ToolAnnotations } from "../../src/model/tool.ts";

const value = "tok_0123456789";
const annotations = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});
const tool = (path: string) => ({
  path,
  description: `${path} with ${value}`,
  annotations,
  inputSchema: { type: "object", description: value },
  outputSchema: null,
  binding: null,
});

describe("redactLoaded", () => {
  it.live("omits tools whose names hold a credential, and redacts the others", () =>
    Effect.gen(function* () {
      const loaded = yield* redactLoaded(
        {
          name: value,
          instructions: value,
          url: "https://api.example.com",
          tools: [tool("kept"), tool(`named.${value}`)],
          definitions: new Map([["D", { description: value }]]),
          warnings: [{ code: "c", message: `about ${value}`, place: `/paths/${value}` }],
        },
        makeRedactor([{ whole: `Bearer ${value}`, part: value }]),
      );
      expect(loaded).toMatchObject({
        name: "[redacted]",
        instructions: "[redacted]",
        tools: [
          {
            path: "kept",
            description: "kept with [redacted]",
            inputSchema: { type: "object", description: "[redacted]" },
          },
        ],
        definitions: new Map([["D", { description: "[redacted]" }]]),
        warnings: [
          { code: "credential_in_name", place: null },
          { code: "c", message: "about [redacted]", place: "/paths/[redacted]" },
        ],
        warningCount: 2,
      });
      expect(loaded.tools).toHaveLength(1);
    }),
  );
});
