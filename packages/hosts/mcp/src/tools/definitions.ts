import type { ExecutionLimits } from "@executor/execution";
import type { Source } from "@executor/sdk";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { Schema } from "effect";
import { namespaceLines } from "./namespaces.ts";
import { annotations } from "./annotations.ts";
import { outputSchema } from "./output-schema.ts";

const maxCodeChars = 1_000_000;

export const ExecuteArguments = Schema.Struct({
  code: Schema.String.annotations({ message: () => "expected a string of TypeScript" }).pipe(
    Schema.maxLength(maxCodeChars, {
      message: () => `longer than ${maxCodeChars} characters`,
    }),
  ),
});

/** The tool that runs code, described with the sources that there are now. */
export const executeTool = (sources: ReadonlyArray<Source>, limits: ExecutionLimits): Tool => ({
  name: "execute",
  title: "Run code against the connected tools",
  description: description(sources, limits),
  inputSchema: {
    type: "object",
    properties: {
      code: {
        type: "string",
        description:
          "TypeScript or JavaScript: statements with `return`, a lone expression, or an async arrow function.",
      },
    },
    required: ["code"],
  },
  outputSchema,
  annotations,
});

const description = (
  sources: ReadonlyArray<Source>,
  { wallTimeMs, maxOutputChars }: ExecutionLimits,
): string => `Runs TypeScript in a sandbox whose \`tools\` object reaches every connected API. One run can search, call many tools and combine what they return.

Workflow:
1. Find a tool: \`await tools.search({ query: "create issue" })\` gives \`[{ path, description, annotations }]\`, best match first; \`namespace\` and \`limit\` narrow it.
2. Read its schemas: \`await tools.describe({ path })\` gives \`inputSchema\` and \`outputSchema\`.
3. Call it: \`await tools.<namespace>.<path>({ ... })\` gives the data. A failed call throws an error with \`message\`, \`code\` and, where the API answered, \`status\`.

Rules:
- \`return\` what you need and no more: ${maxOutputChars} characters are shown.
- There is no network, file, timer or import; only \`tools\`, \`console\` and the language. A run may take ${wallTimeMs / 1000} s, and nothing stays for the next.
- Independent calls run at once with \`Promise.all\`.
- A call that changes something may wait for a person's approval. The run is then \`paused\`; see the tool \`resume\`.

Namespaces:
${namespaceLines(sources).join("\n")}`;
