/**
 * What OpenAPI costs: reading GitHub's whole description, against fetching it and `JSON.parse` alone; and one call through the
 * plugin, against a bare `fetch`. Run with `bun benchmark/openapi.ts [description.json]`; the description is GitHub's, which
 * `bun install --cwd e2e/peers` brings, where no other is given. Each load runs in a process of its own.
 */
import { FetchHttpClient } from "@effect/platform";
import { openApiPlugin } from "@executor/plugin-openapi";
import { Namespace } from "@executor/sdk";
import type { LoadedSource } from "@executor/sdk";
import { Effect, Schema } from "effect";
import { say } from "./support/markdown.ts";
import { median, timeEach } from "./support/statistics.ts";

const github = new URL(
  "../e2e/peers/node_modules/@octokit/openapi/generated/api.github.com.json",
  import.meta.url,
).pathname;
const loads = 5;
const calls = 2_000;
const timeoutMs = 30_000;

const plugin = Effect.provide(openApiPlugin, FetchHttpClient.layer);

const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1024;

const readWhole = (url: string): Promise<LoadedSource> =>
  Effect.runPromise(
    Effect.flatMap(plugin, (openApi) => openApi.load({ url, headers: {}, timeoutMs })),
  );

/** One load in this process: prints milliseconds, megabytes of additional peak memory, tools and definitions. */
const measureLoad = async (kind: string, url: string): Promise<void> => {
  const before = peakMegabytes();
  const startedAt = performance.now();
  let size = [0, 0];
  if (kind === "floor") {
    JSON.parse(await (await fetch(url)).text());
  } else {
    const { definitions, tools } = await readWhole(url);
    size = [tools.length, definitions.size];
  }
  say(JSON.stringify([performance.now() - startedAt, peakMegabytes() - before, ...size]));
};

const Measured = Schema.parseJson(
  Schema.Tuple(Schema.Number, Schema.Number, Schema.Number, Schema.Number),
);

const inFreshProcesses = async (kind: string, url: string) => {
  const runs: Array<typeof Measured.Type> = [];
  for (let run = 0; run < loads; run += 1) {
    const child = Bun.spawn([process.execPath, import.meta.path, "--measure", kind, url]);
    runs.push(Schema.decodeSync(Measured)(await new Response(child.stdout).text()));
  }
  return {
    ms: median(runs.map(([ms]) => ms)),
    megabytes: median(runs.map(([, megabytes]) => megabytes)),
    tools: runs[0]?.[2] ?? 0,
    definitions: runs[0]?.[3] ?? 0,
  };
};

const timeCalls = async (call: () => Promise<unknown>): Promise<number> =>
  median(await timeEach(calls, call, calls / 4));

const benchmarkLoads = async (path: string): Promise<void> => {
  const file = Bun.file(path);
  if (!(await file.exists())) {
    say("No description. Give one, or bring GitHub's: bun install --cwd e2e/peers");
    return;
  }
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(file) });
  const floor = await inFreshProcesses("floor", server.url.href);
  const whole = await inFreshProcesses("load", server.url.href);
  await server.stop(true);
  say(`load ${(file.size / 1e6).toFixed(1)} MB, median of ${loads} fresh processes`);
  say(`  fetch and JSON.parse  ${floor.ms.toFixed(0)} ms  +${floor.megabytes.toFixed(0)} MB peak`);
  say(
    `  openapi plugin        ${whole.ms.toFixed(0)} ms  +${whole.megabytes.toFixed(0)} MB peak  ` +
      `${whole.tools} tools, ${whole.definitions} definitions  (${(whole.ms / floor.ms).toFixed(1)} x)`,
  );
};

const benchmarkCalls = async (): Promise<void> => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => Response.json({ id: 1, full_name: "octo/cat" }),
  });
  const settings = {
    document: JSON.stringify({
      openapi: "3.1.0",
      servers: [{ url: server.url.href }],
      paths: { "/repos/{owner}/{repo}": { get: { operationId: "repos/get" } } },
    }),
    headers: {},
    timeoutMs,
  };
  const openApi = await Effect.runPromise(plugin);
  const { tools, url } = await Effect.runPromise(openApi.load(settings));
  const call = {
    namespace: Schema.decodeSync(Namespace)("github"),
    url,
    settings,
    address: "github.repos.get",
    binding: tools[0]?.binding ?? null,
    inputSchema: tools[0]?.inputSchema ?? {},
    input: { owner: "octo", repo: "cat" },
    wantsResponse: false,
  };
  const bare = await timeCalls(async () => (await fetch(`${url}/repos/octo/cat`)).json());
  const through = await timeCalls(() => Effect.runPromise(openApi.invoke(call)));
  await server.stop(true);
  say(`one call, median of ${calls}`);
  say(`  fetch                 ${(bare * 1000).toFixed(0)} us`);
  say(
    `  openapi plugin        ${(through * 1000).toFixed(0)} us  ` +
      `(+${((through - bare) * 1000).toFixed(0)} us, ${(through / bare).toFixed(1)} x)`,
  );
};

const [first, kind = "", url = ""] = Bun.argv.slice(2);
if (first === "--measure") {
  await measureLoad(kind, url);
} else {
  await benchmarkLoads(first ?? github);
  await benchmarkCalls();
}
