import { Elicitor, Namespace, ProgressListener } from "@executor/sdk";
import type {
  ElicitationRequest,
  ElicitationResult,
  IntegerPlaces,
  JsonObject,
  Progress,
  ResolvedSettings,
  SourcePlugin,
} from "@executor/sdk";
import { Effect } from "effect";
import { fileURLToPath } from "node:url";
import { mcpPlugin } from "../../src/plugin.ts";
import { stdioTransport } from "../../src/transports/stdio.ts";

export const plugin = mcpPlugin({ version: "1", stdio: stdioTransport });

type Given = Partial<Omit<ResolvedSettings, "document">>;

/** Settings as the plugin gets them. */
export const settingsOf = (given: Given): ResolvedSettings => ({
  headers: {},
  timeoutMs: 5_000,
  ...given,
});

/** Settings that lead to the test server as a program. */
export const programSettings = (behaviour = "", given: Given = {}): ResolvedSettings =>
  settingsOf({
    command: "bun",
    args: [fileURLToPath(import.meta.resolve("./stdio-server.ts")), behaviour],
    ...given,
  });

/** Calls a tool by its own name. */
export const call = (
  mcp: SourcePlugin,
  settings: ResolvedSettings,
  name: string,
  input: JsonObject = {},
  integers?: IntegerPlaces,
  inputSchema: JsonObject = { type: "object" },
) =>
  mcp.invoke({
    namespace: Namespace.make("test"),
    url: settings.url ?? "",
    settings,
    address: `test.${name}`,
    binding: { name, asTask: false },
    inputSchema,
    input,
    integers,
    wantsResponse: false,
  });

/** Answers questions with this function. */
export const answering = (
  answer: (request: ElicitationRequest) => Effect.Effect<ElicitationResult>,
) => Effect.provideService(Elicitor, { elicit: answer });

/** Collects what is told of progress. */
export const collecting = (progress: Array<Progress>) =>
  Effect.provideService(ProgressListener, {
    report: (step) => Effect.sync(() => progress.push(step)),
  });
