import { Schema } from "effect";
import { startDaemon } from "../daemon/daemon.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { startEverything } from "../upstreams/everything.ts";
import { startBookshop } from "../upstreams/graphql-yoga.ts";
import { connectTo } from "../mcp/client.ts";
import type { McpClient } from "../mcp/client.ts";
import { pushEnvironment, startOtlpReceiver } from "./otlp-receiver.ts";
import type { OtlpReceiver } from "./otlp-receiver.ts";
import { startTrafficUpstream } from "./traffic-upstream.ts";
import type { TrafficUpstream } from "./traffic-upstream.ts";
import { until } from "@executor/testing";

/** A daemon with a source of every kind and a receiver that it pushes to. */
export interface Traffic {
  readonly daemon: Daemon;
  readonly upstream: TrafficUpstream;
  readonly receiver: OtlpReceiver;
  /** Does once of everything that a metric counts. */
  readonly round: () => Promise<void>;
  readonly execute: (code: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** One label set: the second client spends the budget, and the rest overflows. */
const budgets = "executor.client.requests=1";

const allowEcho = [{ pattern: "everything.echo", decision: "allow" }];

const Started = Schema.Struct({ id: Schema.String, status: Schema.String });

const codes = [
  `return [await tools.shop.list({}), await tools.shop.flaky({}), await tools.books.query.books({}).catch(String)]`,
  `return await tools.everything.echo({ message: "hello" }).catch(String)`,
  `return await tools.search({ query: "orders" })`,
  `return await tools.shop.list({ nothing: 1 })`,
  `return await tools.shop.list({ code: "a" })`,
  `return await tools.shop.nothing({})`,
  `tools.shop.slow({}); return await tools.shop.list({})`,
  `return await tools.shop.huge({}).catch(String)`,
  `throw new Error("broken")`,
  `const all = []; for (;;) all.push(new Array(100000).fill(all.length))`,
  `return "x".repeat(40000)`,
];

export const startTraffic = async (env: Record<string, string> = {}): Promise<Traffic> => {
  const upstream = startTrafficUpstream();
  const receiver = startOtlpReceiver();
  const books = startBookshop();
  const stops: Array<() => Promise<unknown>> = [upstream.stop, receiver.stop, books.stop];
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const everything = await startEverything("streamableHttp");
    stops.push(everything.stop);
    const daemon = await startDaemon({
      env: {
        ...pushEnvironment(receiver),
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: new URL("traces", receiver.url).href,
        OTEL_BSP_SCHEDULE_DELAY: "500",
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        EXECUTOR_APPROVAL_TIMEOUT: "1500",
        EXECUTOR_METRICS_MAX_SERIES_PER_METRIC: budgets,
        ...env,
      },
    });
    stops.push(daemon.stop);
    const add = (source: Record<string, unknown>) =>
      succeed(daemon, "POST", "/api/sources", source);
    await add({ namespace: "shop", kind: "openapi", document: upstream.document });
    await add({ namespace: "books", kind: "graphql", url: books.url });
    await add({ namespace: "everything", kind: "mcp", url: everything.url });
    await daemon.request("POST", "/api/sources", {
      namespace: "gone",
      kind: "openapi",
      url: "http://127.0.0.1:9/",
    });
    await succeed(daemon, "PUT", "/api/policies", allowEcho);
    const clients = await connectClients(daemon);
    stops.push(
      ...clients.map(
        ({ client }) =>
          () =>
            client.close(),
      ),
    );
    const execute = async (code: string): Promise<string> => {
      const reply = await succeed(daemon, "POST", "/api/executions", { code });
      return Schema.decodeUnknownSync(Started)(reply.json()).status;
    };
    return {
      daemon,
      upstream,
      receiver,
      execute,
      stop,
      round: () => round({ daemon, upstream, receiver, execute, clients }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const succeed = async (daemon: Daemon, method: string, path: string, body: unknown) => {
  const reply = await daemon.request(method, path, body);
  if (reply.status > 299) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  return reply;
};

/** One that says yes, one that says no, and one that cannot be asked. */
const connectClients = (daemon: Daemon): Promise<ReadonlyArray<McpClient>> =>
  Promise.all([
    connectTo(daemon.url, {
      name: "claude-code",
      elicit: () => Promise.resolve({ action: "accept" }),
    }),
    connectTo(daemon.url, {
      name: "cursor",
      elicit: () => Promise.resolve({ action: "decline" }),
    }),
    connectTo(daemon.url, { name: "nobody knows me" }),
  ]);

const round = async ({
  daemon,
  upstream,
  receiver,
  execute,
  clients,
}: Pick<Traffic, "daemon" | "upstream" | "receiver" | "execute"> & {
  readonly clients: ReadonlyArray<McpClient>;
}): Promise<void> => {
  for (const code of codes) await execute(code);
  upstream.answerWith(500);
  await execute("return await tools.shop.flaky({})");
  upstream.answerWith(200);
  for (const { client, execute: run } of clients) {
    await client.listTools();
    await run("return await tools.shop.order({})");
    await run("throw new Error('broken')");
    await client.callTool({ name: "nobody-has-it", arguments: {} }).catch(() => undefined);
  }
  await endSession(daemon);
  await execute("return await tools.shop.order({})");
  await succeed(daemon, "PUT", "/api/policies", [{ pattern: "shop.list", decision: "block" }]);
  await execute("return await tools.shop.list({})");
  await succeed(daemon, "PUT", "/api/policies", allowEcho);
  await daemon.request("GET", "/nowhere");
  await daemon.request("GET", "/api/sources", undefined, { host: "evil.example" });
  await daemon.request("GET", "/api/health");
  await untilPushedAgain(receiver, 400);
  await untilPushedAgain(receiver, 200);
};

/** A session that its client begins and ends. */
const endSession = async ({ url }: Daemon): Promise<void> => {
  const { client, transport } = await connectTo(url);
  await transport.terminateSession();
  await client.close();
};

/** Waits for two more pushes: one that may have been under way, and one that was answered so. */
const untilPushedAgain = async (receiver: OtlpReceiver, status: number): Promise<void> => {
  receiver.answerWith(status);
  const before = receiver.requests.length;
  await until("it was pushed", async () => receiver.requests.length >= before + 2);
};
