import type { ToolCallFailure } from "@executor/kernel";
import { parseJson, ToolInvoker } from "@executor/sdk";
import { Effect } from "effect";

/** What agent code calls as `tools.search(...)` and `tools.describe(...)`. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ["search", "executor.tools.search"],
  ["describe", "executor.tools.describe"],
]);

/** How a run's tool calls reach the tools: JSON text in, JSON text out, errors as the agent's code is to see them. */
export const toolBridge = Effect.map(
  ToolInvoker,
  ({ call }) =>
    (path: string, inputJson: string): Effect.Effect<string, ToolCallFailure> =>
      Effect.suspend(() => call(shorthands.get(path) ?? path, parseJson(inputJson))).pipe(
        Effect.map(({ data }) => JSON.stringify(data)),
        Effect.catchAllDefect((defect) =>
          Effect.zipRight(
            Effect.logError(`The tool call ${path} broke.`, defect),
            Effect.fail({
              message: `The call failed inside the daemon. Its log says why.`,
              outcome: "tool_error",
              status: undefined,
            }),
          ),
        ),
      ),
);
