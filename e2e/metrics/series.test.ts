import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { pathToFileURL } from "node:url";
import { readSamples } from "@executor/testing";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";
import { githubDescription } from "../support/upstreams/peers.ts";

const calls = 1_000;
const toolsCalled = 100;

/** Answers as GitHub does to calls that work, by their methods. */
const statuses = new Map([
  ["POST", 201],
  ["DELETE", 204],
]);

const answer = ({ method }: Request): Response => {
  const status = statuses.get(method) ?? 200;
  return status === 204 ? new Response(null, { status }) : Response.json({ id: 1 }, { status });
};

/** The number of series in a scrape, as each Prometheus counts them, which must be the same for all and for the text. */
describe("the series that a daemon exposes", () => {
  let daemon: Daemon;
  const upstream = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: answer });
  const servers: Array<RunningPrometheus> = [];

  beforeAll(async () => {
    daemon = await startDaemon();
    for (const binary of findPrometheus()) {
      const jobs = [{ job: "executor", target: `127.0.0.1:${daemon.port}` }];
      servers.push(await startPrometheus({ binary, jobs }));
    }
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await daemon.stop();
    await upstream.stop(true);
  });

  const seriesByMetric = async () => {
    const byMetric = new Map<string, number>();
    const samples = readSamples((await daemon.request("GET", "/api/metrics")).text);
    for (const { name } of samples) {
      const metric = name.replace(/_(bucket|sum|count)$/, "");
      byMetric.set(metric, (byMetric.get(metric) ?? 0) + 1);
    }
    return byMetric;
  };
  const total = (byMetric: ReadonlyMap<string, number>) =>
    [...byMetric.values()].reduce((sum, count) => sum + count, 0);

  const expectAtMost = async (bound: number) => {
    await seriesByMetric();
    const byMetric = await seriesByMetric();
    const counted = total(byMetric);
    console.log(
      `${counted} series`,
      Object.fromEntries([...byMetric].toSorted(([, a], [, b]) => b - a)),
    );
    for (const server of servers) {
      await server.waitFor(`scrape_samples_scraped{job="executor"} == ${counted}`);
    }
    expect(counted).toBeLessThanOrEqual(bound);
  };

  it("are at most 80 where nothing happens", () => expectAtMost(80));

  it("are at most 600 with GitHub's tools after 1,000 calls of 100 of them", async () => {
    const client = apiClient(daemon);
    await daemon.request("PUT", "/api/policies", [{ pattern: "github.*", decision: "allow" }]);
    const { toolCount } = await client.addSource({
      namespace: "github",
      kind: "openapi",
      url: pathToFileURL(githubDescription()).href,
      baseUrl: `http://127.0.0.1:${upstream.port}`,
    });
    expect(toolCount).toBe(1_223);
    const inputs = await inputsOf(client, toolsCalled);
    const { client: agent, execute } = await connectTo(daemon.url, { name: "claude-code" });
    await agent.listTools();
    const perRun = 50;
    for (let done = 0; done < calls; done += perRun) {
      const result = await execute(`
        const inputs = ${JSON.stringify(inputs.slice(done % toolsCalled, (done % toolsCalled) + perRun))};
        await tools.search({ query: "repository" });
        for (const [path, input] of inputs) {
          await path.split(".").reduce((at, name) => at[name], tools)(input);
        }
        return inputs.length;`);
      expect(result.structuredContent).toMatchObject({ status: "completed", result: perRun });
    }
    await client.execute("return await tools.describe({ path: 'github.repos.get' })");
    await agent.close();
    await expectAtMost(600);
  });
});

const scalars: Readonly<Record<string, unknown>> = { string: "x", integer: 1, boolean: true };

const readInput = Schema.decodeUnknownSync(
  Schema.Struct({
    properties: Schema.optionalWith(
      Schema.Record({
        key: Schema.String,
        value: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
      }),
      { default: () => ({}) },
    ),
    required: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
  }),
);

/** Tools spread over the whole catalogue, each with an input that it takes: its required parameters, if all are scalars. */
const inputsOf = async (client: ReturnType<typeof apiClient>, count: number) => {
  const addresses: Array<string> = [];
  for (let next: string | null = ""; next !== null;) {
    const cursor: Record<string, string> = next === "" ? {} : { cursor: next };
    const page = await client.searchTools({ namespace: "github", limit: "1000", ...cursor });
    addresses.push(...page.items.map(({ address }) => address));
    next = page.nextCursor;
  }
  const inputs: Array<readonly [string, Record<string, unknown>]> = [];
  const step = Math.floor(addresses.length / count / 2);
  for (let at = 0; at < addresses.length && inputs.length < count; at += step) {
    const address = addresses[at] ?? "";
    const { properties, required } = readInput((await client.tool(address)).inputSchema);
    const values = required.map((name): readonly [string, unknown] => {
      const schema = properties[name] ?? {};
      const isPlain = !Object.keys(schema).some((key) => /enum|pattern|format|Of$/.test(key));
      return [name, isPlain ? scalars[String(schema["type"])] : undefined];
    });
    if (values.every(([, value]) => value !== undefined)) {
      inputs.push([address, Object.fromEntries(values)]);
    }
  }
  expect(inputs).toHaveLength(count);
  return inputs;
};
