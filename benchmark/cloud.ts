import { setTimeout as sleep } from "node:timers/promises";
import { startCloud } from "../e2e/support/cloud/app.ts";
import type { CloudApp } from "../e2e/support/cloud/app.ts";
import {
  cloudClient,
  everyPermission,
  makeOrganization,
  signUp,
  withKey,
} from "../e2e/support/cloud/client.ts";
import type { CloudClient } from "../e2e/support/cloud/client.ts";
import { decimals, say, section, table } from "./support/markdown.ts";
import { median, p99, time, timeEach, times } from "./support/statistics.ts";

/** The cloud app on workerd, from outside. `bun benchmark/cloud.ts`, after `bun install --cwd apps/cloud/peers`. */
const toolCount = 250;

const upstream = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  fetch: (request) =>
    new URL(request.url).searchParams.has("fail")
      ? new Response("no", { status: 500 })
      : Response.json({ ok: true }),
});

const document = JSON.stringify({
  openapi: "3.0.3",
  info: { title: "Many", version: "1" },
  servers: [{ url: `http://127.0.0.1:${upstream.port}` }],
  paths: Object.fromEntries(
    times(toolCount, (index) => [
      `/tool${index}`,
      {
        get: {
          operationId: `tool${index}`,
          parameters: [{ name: "fail", in: "query", schema: { type: "string" } }],
          responses: { "200": { description: "Done" } },
        },
      },
    ]),
  ),
});

const source = { namespace: "many", kind: "openapi", document };

const row = (name: string, values: ReadonlyArray<number>): ReadonlyArray<string> => [
  name,
  decimals(median(values)),
  decimals(p99(values)),
];

const head = ["", "median, ms", "p99, ms"];

/** The same request with a key, and past the door. */
const door = async (app: CloudApp, organization: string, client: CloudClient): Promise<void> => {
  section("The door: verifying a key");
  const identity = { organization, subject: "key:1", permissions: everyPermission };
  const inside = cloudClient(app, {
    "test-identity": JSON.stringify({ ...identity, answersForAll: false }),
  });
  const withAKey: Array<number> = [];
  const withoutOne: Array<number> = [];
  for (let round = 0; round < 220; round += 1) {
    const one = await time(() => client.request("GET", "/api/policies"));
    const other = await time(() => inside.request("GET", "/test/api/policies"));
    if (round < 20) continue;
    withAKey.push(one);
    withoutOne.push(other);
  }
  table(head, [row("with a key", withAKey), row("past the door", withoutOne)]);
  say(`Verifying a key adds ${decimals(median(withAKey) - median(withoutOne))} ms.\n`);
};

const calling = (client: CloudClient, fail: string) =>
  client.execute(
    `for (let index = 0; index < ${toolCount}; index += 1) await tools.many["tool" + index](${fail}).catch(() => {}); return 1`,
  );

const scraping = async (client: CloudClient): Promise<void> => {
  section("Scraping an organization");
  await calling(client, "{}");
  await calling(client, `{ fail: "1" }`);
  const samples = await client.metrics();
  const sets = samples
    .filter(({ name }) => name === "executor_metrics_series")
    .reduce((sum, { value }) => sum + value, 0);
  say(`${sets} label sets, ${samples.length} samples.\n`);
  const text = { accept: "text/plain;version=0.0.4" };
  const warm = await timeEach(
    200,
    () => client.request("GET", "/api/metrics", undefined, text),
    20,
  );
  table(head, [row("warm, with its key", warm)]);
};

const executing = async (client: CloudClient): Promise<void> => {
  section("Executing");
  const trivial = await timeEach(100, () => client.execute("return 1"), 10);
  const call = await timeEach(100, () => client.execute("return await tools.many.tool1({})"), 10);
  table(head, [row("trivial code", trivial), row("one tool call", call)]);
};

const many = async (app: CloudApp, person: CloudClient): Promise<void> => {
  section("50 organizations at once");
  const clients: Array<CloudClient> = [];
  for (const index of times(50, (number) => number)) {
    const organization = await makeOrganization(app, person, `many-${index}`);
    clients.push(withKey(app, (await organization.makeKey(everyPermission)).key));
  }
  const small = { ...source, document: document.replaceAll("/tool", "/t") };
  const adding = await time(() =>
    Promise.all(clients.map((client) => client.ask("POST", "/api/sources", small))),
  );
  const latencies: Array<number> = [];
  let failed = 0;
  const startedAt = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let round = 0; round < 10; round += 1) {
        const code = "return await tools.many.tool1({})";
        latencies.push(
          await time(async () => {
            const run = await client.execute(code);
            if (run.status !== "completed") failed += 1;
          }),
        );
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const scrapes: Array<number> = [];
  await Promise.all(
    clients.map(async (client) => {
      scrapes.push(await time(() => client.metrics()));
    }),
  );
  say(`Each added a source of ${toolCount} tools, all in ${decimals(adding)} ms.`);
  say(
    `Then 500 executions with a call each: ${Math.round(500 / seconds)} a second, ${failed} failed.\n`,
  );
  table(head, [row("an execution", latencies), row("a scrape, all 50 at once", scrapes)]);
};

const starting = async (
  app: CloudApp,
  organization: string,
  client: CloudClient,
): Promise<void> => {
  section("Starting an organization's object");
  const values: Array<number> = [];
  for (let round = 0; round < 20; round += 1) {
    await app.abort(organization);
    await sleep(50);
    values.push(await time(() => client.request("GET", "/api/policies")));
  }
  table(head, [row("the first answer after its end", values)]);
};

const app = await startCloud({ variables: { EXECUTOR_MAX_REQUESTS: "1000000" } });
try {
  const person = await signUp(app, "ada");
  const acme = await makeOrganization(app, person, "acme");
  const client = withKey(app, (await acme.makeKey(everyPermission)).key);
  await client.ask("POST", "/api/sources", source);
  if (process.argv[2] !== "many") {
    await door(app, acme.id, client);
    await executing(client);
    await scraping(client);
    await starting(app, acme.id, client);
  }
  await many(app, person);
} catch (error) {
  say(app.log().slice(-4_000));
  throw error;
} finally {
  await app.stop();
  await upstream.stop(true);
}
