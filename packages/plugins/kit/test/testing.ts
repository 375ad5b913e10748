/** Helpers for the tests of plugins. */
import { Effect } from "effect";
import { CredentialGuard, makeRedactor, Namespace, parseJson } from "@executor/sdk";
import type {
  JsonObject,
  LoadedSource,
  ResolvedSettings,
  ToolCall,
  ToolDefinition,
} from "@executor/sdk";

export type Given = Partial<ResolvedSettings>;

export const settings = (given: Given): ResolvedSettings => ({
  headers: {},
  timeoutMs: 30_000,
  ...given,
});

export const tool = (source: LoadedSource, path: string): ToolDefinition => {
  const found = source.tools.find((candidate) => candidate.path === path);
  if (found === undefined) {
    throw new Error(`No tool ${path} among ${source.tools.map((each) => each.path).join(", ")}`);
  }
  return found;
};

/** A call of a source's tool, with a binding that was stored as JSON. */
export const call = (
  source: LoadedSource,
  given: Given,
  path: string,
  input: JsonObject,
): ToolCall => ({
  namespace: Namespace.make("test"),
  url: source.url,
  settings: settings(given),
  address: `test.${path}`,
  binding: parseJson(JSON.stringify(tool(source, path).binding)),
  inputSchema: {
    ...tool(source, path).inputSchema,
    $defs: Object.fromEntries(source.definitions),
  },
  input,
  wantsResponse: false,
});

/** Uses a source as the sdk does whose header `Authorization` is `Bearer` and this value. */
export const withToken =
  (token: string) =>
  <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(use, CredentialGuard, {
      origin: undefined,
      forbidden: () => [],
      redactor: makeRedactor([{ whole: `Bearer ${token}`, part: token }]),
    });

/** Offsets of a value in a text of twice the length that is shown: every one at which the cut may meet it, and some of the rest. */
export const offsetsAround = (cut: number, value: string): ReadonlyArray<number> =>
  Array.from({ length: 2 * cut }, (_, offset) => offset).filter(
    (offset) => Math.abs(offset + value.length / 2 - cut) < value.length || offset % 23 === 0,
  );

/** Runs of five characters of the value that a text shows. */
export const runsIn = (shown: string, value: string): ReadonlyArray<string> =>
  Array.from({ length: value.length - 4 }, (_, at) => value.slice(at, at + 5)).filter((run) =>
    shown.includes(run),
  );

/** Starts a server on a free port of the loopback address until the scope closes. Gives its origin. */
export const serve = (handler: (request: Request) => Response | Promise<Response>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: handler }),
    ),
    (server) => Effect.promise(() => server.stop(true)),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${server.port}`));
