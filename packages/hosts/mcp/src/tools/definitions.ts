import type { ExecutionLimits } from "@executor/execution";
import type { Source } from "@executor/sdk";
import { ElicitationAction, JsonObject } from "@executor/sdk/schemas";
import type { Tool } from "@modelcontextprotocol/server";
import { Schema } from "effect";
import { outputSchema } from "./execution-result.ts";

/** Hints of both tools: code may call any connected tool, and an answer lets it continue. */
const annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

const maxCodeChars = 1_000_000;

/** Models would not notice that what they gave under another name was ignored. */
const noOthers = { parseOptions: { onExcessProperty: "error" } } as const;

export const ExecuteArguments = Schema.Struct({
  code: Schema.String.annotations({ message: () => "expected a string of TypeScript" }).pipe(
    Schema.maxLength(maxCodeChars, { message: () => `longer than ${maxCodeChars} characters` }),
    Schema.propertySignature,
    (code) => code.annotations({ missingMessage: () => "missing; give the TypeScript to run" }),
  ),
}).annotations(noOthers);

/** The tool that runs code, described with the current sources. */
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
    additionalProperties: false,
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
2. Read its schemas: \`await tools.describe({ path })\` gives \`inputSchema\` and \`outputSchema\`. What a large tool leaves out stands there as a \`$ref\`: pass it as \`at\`.
3. Call it: \`await tools.<namespace>.<path>({ ... })\` gives the data. A failed call throws an error with \`message\`, \`code\` and, where the API answered, \`status\`, \`headers\` and its body as \`data\`. A second argument \`{ response: true }\` gives \`{ data, status, headers, links, next }\`; \`next\` is the input for the next page, or null.

Rules:
- \`return\` what you need and no more: ${maxOutputChars} characters are shown. \`emit(value)\` shows a value at once, also several in order.
- Images, audio and files: return or emit what the tool gave, and you see them. A result with such blocks has them as \`result.content\`.
- Integers beyond 2^53 come as text in their digits; pass them on as they are. \`JSON.parse\` of your own rounds them.
- There is no network, file, timer or import; only \`tools\`, \`emit\`, \`console\`, \`URL\`, \`atob\`, \`TextDecoder\` and the language. A run may take ${wallTimeMs / 1000} s, and nothing stays for the next.
- Independent calls run at once with \`Promise.all\`.
- A call that changes something may wait for a person's approval. The run is then \`paused\`; see the tool \`resume\`.

Namespaces:
${namespaceLines(sources).join("\n")}`;

const maxNamespaces = 50;
const maxNameChars = 60;

/** One line for each source that agent code can call, up to a limit. */
export const namespaceLines = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const usable = sources.filter(({ enabled, kind }) => enabled && kind !== "executor");
  const lines = usable
    .slice(0, maxNamespaces)
    .map(
      ({ namespace, name, toolCount }) => `- ${namespace}: ${oneLine(name)} (${tools(toolCount)})`,
    );
  if (usable.length > maxNamespaces) {
    lines.push(
      `- and ${usable.length - maxNamespaces} more: await tools.executor.sources.list({})`,
    );
  }
  return lines.length > 0 ? lines : ["- none yet. The operator can add one."];
};

/** A source's name is written by others, so it gets one short line of the description. */
const oneLine = (name: string): string => {
  const line = name.replaceAll(/[\s\p{C}]+/gu, " ").trim();
  return line.length > maxNameChars ? `${line.slice(0, maxNameChars)}…` : line;
};

const tools = (count: number): string => (count === 1 ? "1 tool" : `${count} tools`);

const Id = Schema.String.annotations({ message: () => "expected a string" });

export const ResumeArguments = Schema.Struct({
  executionId: Id,
  approvalId: Id,
  action: ElicitationAction.annotations({
    message: () => ({ message: "expected accept, decline or cancel", override: true }),
  }),
  content: Schema.optional(JsonObject.annotations({ message: () => "expected an object" })),
}).annotations(noOthers);

export const resumeTool: Tool = {
  name: "resume",
  title: "Answer a question of a paused run",
  description: `Gives a person's answer to one question of a run that \`execute\` left \`paused\`, and lets it continue. Ask the person first, and pass on what they say: never answer for them. Only the client that started a run may resume it. Returns as \`execute\` does: the run has ended, or is paused again.`,
  inputSchema: {
    type: "object",
    properties: {
      executionId: { type: "string" },
      approvalId: { type: "string", description: "One of the paused run's `approvals`." },
      action: {
        type: "string",
        enum: ["accept", "decline", "cancel"],
        description:
          "accept: the person agrees. decline: the person refuses. cancel: the person does not want to say.",
      },
      content: {
        type: "object",
        description: "The answers to a form, by its `requestedSchema`; only with accept.",
      },
    },
    required: ["executionId", "approvalId", "action"],
    additionalProperties: false,
  },
  outputSchema,
  annotations,
};
