import {
  Elicitor,
  isJsonObject,
  ProgressListener,
  ToolAnnotations,
  ToolCallError,
} from "@executor/sdk";
import type { SourcePlugin } from "@executor/sdk";
import { Effect } from "effect";
import { offerings } from "./offered.ts";

const readOnly = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});
const writes = new ToolAnnotations({ readOnly: false, destructive: false, requiresApproval: true });

const tools: ReadonlyArray<readonly [string, ToolAnnotations]> = [
  ["echo", readOnly],
  ["steps", readOnly],
  ["ask", readOnly],
  ["hang", readOnly],
  ["write", writes],
];

/** Schema of the form of `ask`, if its input has none. */
const form = {
  type: "object",
  properties: { color: { type: "string", description: "Your favourite." } },
  required: ["color"],
};

/**
 * A kind of source whose tools do what an MCP server's may do: `ask` shows a form, `steps` tells its progress, `hang` never
 * ends, `write` needs approval. It stands in for the plugins, because a host may not know any.
 */
export const upstreamPlugin: SourcePlugin = {
  kind: "mcp",
  detect: () => Effect.succeedNone,
  offerings,
  load: () =>
    Effect.succeed({
      name: "Upstream",
      instructions: "Call echo\nfirst.\u202e",
      url: "http://upstream.test",
      definitions: new Map(),
      warnings: [],
      tools: tools.map(([path, annotations]) => ({
        path,
        description: `The tool ${path}.`,
        annotations,
        inputSchema: { type: "object" },
        outputSchema: null,
        binding: path,
      })),
    }),
  invoke: ({ binding, input, address }) =>
    Effect.gen(function* () {
      if (binding === "hang") return yield* Effect.never;
      if (binding === "steps") {
        const { report } = yield* ProgressListener;
        yield* report({ progress: 1, total: 2, message: "half" });
        yield* report({ progress: 2, total: 2 });
      }
      if (binding === "ask") {
        const { elicit } = yield* Elicitor;
        const answer = yield* elicit({
          kind: "form",
          address,
          message: "What is it?",
          input,
          requestedSchema: isJsonObject(input["form"]) ? input["form"] : form,
        }).pipe(
          Effect.mapError(
            ({ message }) =>
              new ToolCallError({ outcome: "tool_error", errorType: "nobody_to_ask", message }),
          ),
        );
        const data = { action: answer.action, content: answer.content ?? null };
        return { data, size: 1 };
      }
      return { data: input, size: 1 };
    }),
};
