import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { join } from "node:path";
import { type Daemon, startDaemon } from "../e2e/support/daemon/daemon.ts";
import { startEverything } from "../e2e/support/upstreams/everything.ts";
import { connectOver, connectTo, type McpClient } from "../e2e/support/mcp/client.ts";
import { statelessTo } from "../e2e/support/mcp/stateless-client.ts";
import { ask } from "./first-light/daemons.ts";
import { cpuMillis, residentBytes } from "./first-light/process-use.ts";
import {
  decimals,
  describeMachine,
  ratio,
  say,
  section,
  spread,
  table,
} from "./support/markdown.ts";
import { median, p99, time, timeEach, times } from "./support/statistics.ts";

/**
 * Cost of the MCP endpoint, compared with the reference server "everything" and the same client: `bun benchmark/mcp.ts`.
 * Needs the peers: `bun install --cwd e2e/peers`.
 */
const code = "return 1";
const echoed = "return await tools.everything.echo({ message: 'hi' })";
const warmUp = 100;
const runs = 500;
const atOnce = 100;
const bursts = 10;
const main = join(import.meta.dirname, "..", "apps", "local", "src", "main.ts");

const execute = async (client: McpClient, source: string): Promise<void> => {
  const { isError, content } = await client.execute(source);
  if (isError) throw new Error(`The execution did not complete: ${content[0].text}`);
};

const echo = async ({ client }: McpClient): Promise<void> => {
  await client.callTool({ name: "echo", arguments: { message: "hi" } });
};

const overStdio = (daemon: Daemon): Promise<McpClient> =>
  connectOver(
    new StdioClientTransport({
      command: "bun",
      args: [main, "mcp", "--port", String(daemon.port)],
    }),
  );

type Call = (client: McpClient) => Promise<void>;

const oneAfterAnother = async (daemon: Daemon, everything: string): Promise<void> => {
  section("One client, one call after another");
  const executor = await connectTo(daemon.url);
  const stdio = await overStdio(daemon);
  const direct = await connectTo(everything);
  const stateless = await statelessTo(daemon.url);
  const each = (client: McpClient, call: Call) => timeEach(runs, () => call(client), warmUp);
  const rows: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
    ["**`execute` of `return 1` over HTTP**", await each(executor, (one) => execute(one, code))],
    [
      "`execute` of `return 1` over HTTP, without a session (MCP 2026-07-28)",
      await timeEach(runs, () => completed(stateless.execute(code)), warmUp),
    ],
    ["`execute` of `return 1` over stdio", await each(stdio, (one) => execute(one, code))],
    [
      "`POST /api/executions` of `return 1`, without MCP",
      await timeEach(runs, () => ask(daemon, "POST", "/api/executions", { code }), warmUp),
    ],
    ["`ping` of the daemon: the protocol alone", await each(executor, (one) => ping(one))],
    ["server-everything's `echo`, called directly", await each(direct, echo)],
    [
      "server-everything's `echo`, called from code in `execute`",
      await each(executor, (one) => execute(one, echoed)),
    ],
  ];
  const reference = median(rows[5]?.[1] ?? []);
  table(
    ["ms", "median", "p99", "runs", "ratio of medians"],
    rows.map(([name, values]) => [name, ...spread(values), ratio(median(values), reference)]),
  );
  await Promise.all([executor, stdio, direct, stateless].map(({ client }) => client.close()));
};

const completed = async (
  result: Promise<{ readonly isError?: boolean | undefined }>,
): Promise<void> => {
  if ((await result).isError === true) throw new Error("The execution did not complete.");
};

const ping: Call = async ({ client }) => {
  await client.ping();
};

interface Burst {
  readonly total: ReadonlyArray<number>;
  readonly each: ReadonlyArray<number>;
}

const burst = async (clients: ReadonlyArray<McpClient>, call: Call): Promise<Burst> => {
  const total: Array<number> = [];
  const each: Array<number> = [];
  for (let index = 0; index <= bursts; index += 1) {
    const one: Array<number> = [];
    const took = await time(async () => {
      one.push(...(await Promise.all(clients.map((client) => time(() => call(client))))));
    });
    // The first burst warms up.
    if (index > 0) {
      total.push(took);
      each.push(...one);
    }
  }
  return { total, each };
};

const together = async (daemon: Daemon, everything: string): Promise<void> => {
  section(`${atOnce} clients at once, ${bursts} times`);
  const rssBefore = residentBytes(daemon.pid);
  const executors = await Promise.all(times(atOnce, () => connectTo(daemon.url)));
  const rss = residentBytes(daemon.pid) - rssBefore;
  const directs = await Promise.all(times(atOnce, () => connectTo(everything)));
  const cpuBefore = cpuMillis(daemon.pid);
  const own = await burst(executors, (client) => execute(client, code));
  const cpu = (cpuMillis(daemon.pid) - cpuBefore) / (atOnce * (bursts + 1));
  const others = await burst(directs, echo);
  const row = (name: string, { total, each }: Burst) => [
    name,
    decimals(median(total)),
    decimals(median(each)),
    decimals(p99(each)),
    decimals(Math.max(...each)),
    ratio(median(total), median(others.total)),
  ];
  table(
    ["ms", "all done, median", "a call, median", "p99", "worst", "ratio"],
    [
      row("**`execute` of `return 1`**", own),
      row("server-everything's `echo`, called directly", others),
    ],
  );
  say(
    `The daemon used ${decimals(cpu)} ms of CPU for each, and ${(rss / atOnce / 1024).toFixed(0)} KiB of memory for each new session.\n`,
  );
  await Promise.all([...executors, ...directs].map(({ client }) => client.close()));
};

say(`${describeMachine()}\n`);
const everything = await startEverything("streamableHttp");
const daemon = await startDaemon();
try {
  await ask(daemon, "POST", "/api/sources", {
    namespace: "everything",
    kind: "mcp",
    url: everything.url,
  });
  await ask(daemon, "PUT", "/api/policies", [{ pattern: "everything.*", decision: "allow" }]);
  const origin = everything.url.replace(/\/mcp$/, "");
  await oneAfterAnother(daemon, origin);
  await together(daemon, origin);
} finally {
  await daemon.stop();
  await everything.stop();
}
