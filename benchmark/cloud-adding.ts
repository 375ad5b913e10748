/**
 * Adds GitHub's whole description to an organization of the cloud app on workerd, and watches its isolate's memory, of which
 * Cloudflare allows 128 MB, and how long another organization waits meanwhile. `bun benchmark/cloud-adding.ts`, after
 * `bun install --cwd apps/cloud/peers` and `bun install --cwd e2e/peers`.
 */
import { freePort } from "@executor/testing";
import { startCloud } from "../e2e/support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../e2e/support/cloud/client.ts";
import { githubDescription } from "../e2e/support/upstreams/peers.ts";
import { watchIsolateMemory } from "./support/isolate-memory.ts";
import { decimals, mebibytes, section, table } from "./support/markdown.ts";
import { median, p99, time } from "./support/statistics.ts";

const runs = 3;
const pauseMillis = 5;

const file = Bun.file(githubDescription());
const upstream = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(file) });

const inspectorPort = await freePort();
const app = await startCloud({ inspectorPort });
const memory = await watchIsolateMemory(inspectorPort);
try {
  const person = await signUp(app, "ada");
  const organizations = [];
  for (const name of ["acme", "other"]) {
    const { makeKey } = await makeOrganization(app, person, name);
    organizations.push(withKey(app, (await makeKey(everyPermission)).key));
  }
  const [acme, other] = organizations;
  if (acme === undefined || other === undefined) throw new Error("There are two.");
  const rows: Array<ReadonlyArray<string>> = [];
  for (let run = 0; run < runs; run += 1) {
    const before = await memory.now();
    const source = { namespace: `github${run}`, kind: "openapi", url: upstream.url.href };
    const state = { isOver: false };
    const adding = time(() => acme.ask("POST", "/api/sources", source)).finally(() => {
      state.isOver = true;
    });
    let used = 0;
    let total = 0;
    const waits: Array<number> = [];
    const watching = async (): Promise<void> => {
      while (!state.isOver) {
        const now = await memory.now();
        used = Math.max(used, now.used);
        total = Math.max(total, now.total);
        await Bun.sleep(pauseMillis);
      }
    };
    const waiting = async (): Promise<void> => {
      while (!state.isOver) {
        waits.push(await time(() => other.request("GET", "/api/policies")));
        await Bun.sleep(pauseMillis);
      }
    };
    await Promise.all([watching(), waiting()]);
    const millis = await adding;
    const after = await memory.now();
    rows.push([
      String(run + 1),
      decimals(millis),
      mebibytes(before.used),
      mebibytes(used),
      mebibytes(total),
      mebibytes(after.used),
      decimals(median(waits)),
      decimals(p99(waits)),
      decimals(Math.max(...waits)),
    ]);
  }
  section("Adding GitHub's description to an organization on workerd");
  table(
    [
      "run",
      "ms",
      "MiB in use before",
      "at most in use",
      "at most held",
      "in use after",
      "another's wait, median ms",
      "p99",
      "worst",
    ],
    rows,
  );
} finally {
  memory.close();
  await app.stop();
  await upstream.stop(true);
}
