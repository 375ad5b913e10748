import {
  Elicitor,
  isJsonObject,
  Namespace,
  NewSource,
  ProgressListener,
  Sources,
  ToolAnnotations,
  ToolCallError,
} from "@executor/sdk";
import type { JsonObject, SourcePlugin } from "@executor/sdk";
import { Effect } from "effect";

const confirm: JsonObject = {
  type: "object",
  properties: { size: { type: "integer", minimum: 1 } },
  required: ["size"],
};

const tools = {
  /** Returns its input. */
  read: { writes: false, answer: (input: JsonObject) => Effect.succeed(input) },
  write: { writes: true, answer: (input: JsonObject) => Effect.succeed(input) },
  /** Asks for a size, or shows the form that its input has, and returns the answer. */
  order: {
    writes: false,
    answer: (input: JsonObject, address: string) =>
      Effect.gen(function* () {
        const { elicit } = yield* Elicitor;
        const { report } = yield* ProgressListener;
        yield* report({ progress: 1, total: 2 });
        const { action, content } = yield* elicit({
          kind: "form",
          address,
          message: "Which size?",
          input,
          requestedSchema: isJsonObject(input["form"]) ? input["form"] : confirm,
        });
        yield* report({ progress: 2, total: 2 });
        return { action, content: content ?? {} };
      }).pipe(Effect.orDie),
  },
  /** Takes two seconds. */
  slow: {
    writes: false,
    answer: (input: JsonObject) => Effect.delay(Effect.succeed(input), "2 seconds"),
  },
  /** Has a bug. */
  broken: { writes: false, answer: () => Effect.die(new Error("a bug in the plugin")) },
  partial: {
    writes: false,
    answer: () =>
      new ToolCallError({
        outcome: "upstream_error",
        errorType: "graphql_errors",
        message: "One field failed.",
        data: { kept: [1, 2] },
      }),
  },
};

/** A kind of source with one tool for each behaviour that executions must handle. It replaces the real plugins. */
export const shopPlugin: SourcePlugin = {
  kind: "openapi",
  asks: true,
  detect: () => Effect.succeedNone,
  load: () =>
    Effect.succeed({
      name: "Shop",
      url: "http://shop.test",
      definitions: new Map(),
      warnings: [],
      tools: Object.entries(tools).map(([path, { writes }]) => ({
        path,
        description: `The tool ${path}.`,
        annotations: new ToolAnnotations({
          readOnly: !writes,
          destructive: false,
          requiresApproval: writes,
        }),
        inputSchema: { type: "object", properties: { id: { type: "integer" } } },
        outputSchema: null,
        binding: path,
      })),
    }),
  invoke: ({ address, binding, input }) => {
    const tool = Object.entries(tools).find(([path]) => path === binding)?.[1];
    return tool === undefined
      ? Effect.dieMessage(`The shop has no tool ${address}.`)
      : Effect.map(tool.answer(input, address), (data) => ({
          data,
          size: JSON.stringify(data).length,
        }));
  },
};

/** Adds the plugin's source as `shop`. */
export const addShop = Effect.flatMap(Sources, (sources) =>
  sources.add(
    new NewSource({
      namespace: Namespace.make("shop"),
      kind: "openapi",
      document: "{}",
      headers: {},
    }),
  ),
);
