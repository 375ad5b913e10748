import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { setTimeout as sleep } from "node:timers/promises";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { startShop } from "../support/cloud/shop.ts";
import { readSamples, sumOf } from "@executor/testing";
import type { Sample } from "@executor/testing";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";

/** What the organization did, by what its metrics must say of it. */
type Counts = Record<
  "ok" | "upstream_error" | "unknown" | "search" | "failed" | "completed",
  number
>;

interface Member {
  readonly id: string;
  /** A source that only this organization has, under a name that nobody else uses. */
  readonly ownSource: string;
  readonly client: CloudClient;
  readonly counts: Counts;
}

type Action =
  | "ok"
  | "upstream_error"
  | "unknown"
  | "search"
  | "failed"
  | "own"
  | "scrape"
  | "abort";

const codeOf: Readonly<Record<string, string>> = {
  ok: "return await tools.shop.items({})",
  upstream_error: "return await tools.shop.broken({}).catch(() => 'failed')",
  unknown: "return await tools.shop.nothing({}).catch(() => 'unknown')",
  search: "return await tools.search({ query: 'items' })",
  failed: "throw new Error('on purpose')",
};

const tools = "executor_tool_calls_total";

describe("two organizations in one process", () => {
  let app: CloudApp;
  let members: ReadonlyArray<Member>;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud();
    const person = await signUp(app, "both");
    members = await Promise.all(["aurora", "borealis"].map((slug) => join(person, slug)));
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  const join = async (person: CloudClient, slug: string): Promise<Member> => {
    const organization = await makeOrganization(app, person, slug);
    const client = withKey(app, (await organization.makeKey(everyPermission)).key);
    const ownSource = `only_${slug}`;
    for (const namespace of ["shop", ownSource]) await shop.addTo(client, namespace);
    const counts = { ok: 0, upstream_error: 0, unknown: 0, search: 0, failed: 0, completed: 0 };
    return { id: organization.id, ownSource, client, counts };
  };

  const act = async ({ client, counts, id, ownSource }: Member, action: Action): Promise<void> => {
    if (action === "scrape" || action === "abort") {
      await client.metrics();
      if (action === "abort") await app.abort(id);
      return;
    }
    const code = action === "own" ? `return await tools.${ownSource}.items({})` : codeOf[action];
    await client.execute(code ?? "");
    counts[action === "failed" ? "failed" : "completed"] += 1;
    if (action !== "own" && action !== "failed") counts[action] += 1;
    if (action === "own") counts.ok += 1;
  };

  const seenBy = (samples: ReadonlyArray<Sample>): Counts => ({
    ok:
      sumOf(samples, tools, { outcome: "ok" }) -
      sumOf(samples, tools, { mcp_tool_name: "executor.tools.search" }),
    upstream_error: sumOf(samples, tools, { outcome: "upstream_error" }),
    unknown: sumOf(samples, tools, { mcp_tool_name: "_OTHER" }),
    search: sumOf(samples, tools, { mcp_tool_name: "executor.tools.search" }),
    failed: sumOf(samples, "executor_executions_total", { status: "failed" }),
    completed: sumOf(samples, "executor_executions_total", { status: "completed" }),
  });

  const checkAll = async (): Promise<void> => {
    for (const member of members) {
      const { status, text } = await member.client.request("GET", "/api/metrics");
      expect(status).toBe(200);
      expect(seenBy(readSamples(text))).toEqual(member.counts);
      for (const other of members.filter(({ id }) => id !== member.id)) {
        expect(text).not.toContain(other.ownSource);
        expect(text).not.toContain(other.id);
      }
      expect(text).not.toMatch(/effect_fiber|process_cpu_time_seconds_total \d/);
    }
  };

  it("change and review their own sources alone, even those of one name", async () => {
    const [aurora, borealis] = members;
    if (aurora === undefined || borealis === undefined) throw new Error("Two are needed.");
    const before = await borealis.client.ask("GET", "/api/sources/shop");
    const edit = { name: "Only here", timeoutMs: 1_234, reviewNewWrites: true };
    expect(await aurora.client.ask("PATCH", "/api/sources/shop", edit)).toMatchObject(edit);
    expect(await borealis.client.ask("GET", "/api/sources/shop")).toEqual(before);
    const review = { refreshedAt: new Date().toISOString(), all: true };
    const foreign = `/api/sources/${aurora.ownSource}`;
    for (const [method, path, body] of [
      ["GET", foreign, undefined],
      ["PATCH", foreign, { enabled: false }],
      ["POST", `${foreign}/refresh`, {}],
      ["POST", `${foreign}/review`, review],
    ] as const) {
      const { status, text } = await borealis.client.request(method, path, body);
      expect([method, path, status]).toEqual([method, path, 404]);
      expect(text).toContain("SourceNotFound");
    }
    expect(await aurora.client.ask("GET", foreign)).toMatchObject({ enabled: true });
    await aurora.client.ask("PATCH", "/api/sources/shop", {
      name: "Shop",
      timeoutMs: 30_000,
      reviewNewWrites: false,
    });
  });

  it("see nothing of each other, whatever they do at once and however their objects end", async () => {
    const actions = fc.array(
      fc.constantFrom<Action>(
        "ok",
        "ok",
        "upstream_error",
        "unknown",
        "search",
        "failed",
        "own",
        "scrape",
        "abort",
      ),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(fc.tuple(actions, actions), async (plans) => {
        await Promise.all(
          members.map(async (member, index) => {
            for (const action of plans[index] ?? []) await act(member, action);
          }),
        );
        await checkAll();
      }),
      { numRuns: 25 },
    );
  });

  it("see the same after their objects were put away and woken", async () => {
    const [first] = members;
    const opened = await first?.client.request("POST", "/mcp", initialize(), mcpHeaders);
    const session = opened?.headers.get("mcp-session-id") ?? "";
    expect(session).not.toBe("");
    // workerd puts an object away once nothing has happened for ten seconds.
    await sleep(14_000);
    const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
    const headers = { ...mcpHeaders, "mcp-session-id": session };
    expect((await first?.client.request("POST", "/mcp", ping, headers))?.status).toBe(404);
    await checkAll();
  });

  it("see the same after a restart of everything", async () => {
    await checkAll();
    const { dataDirectory, port } = app;
    await app.kill();
    app = await startCloud({ dataDirectory, port });
    await checkAll();
    await Promise.all(members.map((member) => act(member, "own")));
    await checkAll();
  });
});
