import type { JsonObject } from "../model/json.ts";
import type { LoadedSource, ToolDefinition } from "../model/plugin.ts";
import { ToolAnnotations } from "../model/tool.ts";

const readOnly = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});

const object = (properties: JsonObject, required: ReadonlyArray<string> = []): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const annotationsSchema = object({
  readOnly: { type: "boolean" },
  destructive: { type: "boolean" },
  requiresApproval: { type: "boolean" },
});

const toolSchema = {
  path: { type: "string" },
  description: { type: "string" },
  annotations: annotationsSchema,
};

export const defaultSearchLimit = 10;
const maxSearchLimit = 100;

const tool = (
  path: string,
  description: string,
  inputSchema: JsonObject,
  outputSchema: JsonObject,
): ToolDefinition => ({
  path,
  description,
  annotations: readOnly,
  inputSchema,
  outputSchema,
  binding: null,
});

/** The source that every daemon has: agents find sources and tools with it. All its tools are read-only. */
export const builtInSource: LoadedSource = {
  name: "Executor",
  url: "",
  definitions: new Map(),
  warnings: [],
  tools: [
    tool("sources.list", "Lists the sources whose tools can be called.", object({}), {
      type: "array",
      items: object({
        namespace: { type: "string" },
        kind: { type: "string" },
        name: { type: "string" },
        toolCount: { type: "integer" },
        instructions: { type: "string", description: "How the source wants to be used." },
      }),
    }),
    tool(
      "tools.search",
      "Finds tools by what they do, best match first. Also tools.search(...).",
      object(
        {
          query: { type: "string", description: "Words, such as: create issue." },
          namespace: { type: "string", description: "Only tools of this source." },
          limit: {
            type: "integer",
            minimum: 1,
            maximum: maxSearchLimit,
            default: defaultSearchLimit,
          },
        },
        ["query"],
      ),
      { type: "array", items: object(toolSchema) },
    ),
    tool(
      "tools.describe",
      "Shows one tool with the JSON Schemas of its input and its result, in at most 8,000 characters. A part of a large one is shown with `at`. Also tools.describe(...).",
      object(
        {
          path: { type: "string", description: "Such as github.repos.get." },
          at: {
            type: "string",
            description:
              "The part to show, as a $ref of an answer names it: #/$defs/Repository, or #/outputSchema.",
          },
          from: {
            type: "integer",
            minimum: 0,
            description: "First member, item or character of the part, as `more` gives it.",
          },
        },
        ["path"],
      ),
      object({
        ...toolSchema,
        inputSchema: { type: "object" },
        outputSchema: { type: ["object", "null"] },
        $defs: { type: "object", description: "Types that #/$defs/Name refers to." },
        at: { type: "string" },
        from: { type: "integer" },
        value: { description: "The part that was asked for." },
        more: {
          type: "array",
          description: "Where lists go on. Pass each as it is, with the path.",
          items: object({
            at: { type: "string" },
            from: { type: "integer" },
            of: { type: "integer", description: "Number of all members, items or characters." },
          }),
        },
        note: { type: "string", description: "How to read what is left out." },
      }),
    ),
  ],
};
