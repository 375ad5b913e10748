import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { mcpSourceClient } from "../support/upstreams/everything-client.ts";
import { startGrowingServer } from "../support/upstreams/everything-growing.ts";
import { processesWith } from "../support/upstreams/everything-processes.ts";
import { everythingProgram, startEverything } from "../support/upstreams/everything.ts";
import type { Everything } from "../support/upstreams/everything.ts";
import { connectTo } from "../support/mcp/client.ts";
import { until } from "@executor/testing";

describe("connections to an MCP server", () => {
  let daemon: Daemon;
  let everything: Everything;
  let client: ReturnType<typeof mcpSourceClient>;
  const stops: Array<() => Promise<void>> = [];

  beforeAll(async () => {
    everything = await startEverything("streamableHttp");
    stops.push(everything.stop);
    daemon = await startDaemon();
    stops.push(daemon.stop);
    client = mcpSourceClient(daemon);
    const add = (namespace: string, key: string) =>
      client.add(namespace, { url: everything.url, headers: { authorization: `Bearer ${key}` } });
    await add("first", "key-of-the-first");
    await add("second", "key-of-the-second");
    await client.allowAll("first", "second");
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  const sessions = (): number =>
    everything.log().match(/Session initialized with ID/g)?.length ?? 0;

  it("are one to each set of headers, kept from call to call", async () => {
    const ended = await client.run(`
      const sessionOf = (text) => /session (\\S+)/.exec(text)[1];
      const first = sessionOf(await tools.first.toggleSimulatedLogging({}));
      const second = sessionOf(await tools.second.toggleSimulatedLogging({}));
      const again = sessionOf(await tools.first.toggleSimulatedLogging({}));
      return { apart: first !== second, kept: first === again };
    `);
    expect(ended.output?.value).toEqual({ apart: true, kept: true });
    expect(sessions()).toBe(2);
  });

  it("are told how far a call is, and pass it on to the agent's client", async () => {
    const agent = await connectTo(daemon.url);
    stops.push(() => agent.client.close());
    const heard: Array<unknown> = [];
    const code = `return await tools.first.triggerLongRunningOperation({ duration: 0.5, steps: 5 })`;
    const result = await agent.call(
      "execute",
      { code },
      { onprogress: (progress) => heard.push(progress) },
    );
    expect(result.structuredContent?.status).toBe("completed");
    expect(heard.length).toBeGreaterThanOrEqual(5);
  });

  it("end when the source is removed", async () => {
    const removed = await daemon.request("DELETE", "/api/sources/second");
    expect(removed.status).toBeLessThan(300);
    await until("the server was told that the session ends", async () =>
      everything.log().includes("Received session termination request"),
    );
  });

  it("bring new tools while they are open", async () => {
    const growing = startGrowingServer("seed");
    stops.push(growing.stop);
    await client.add("growing", { url: growing.url });
    growing.grow("leaf");
    await until("the new tool is there", async () => {
      const { items } = await apiClient(daemon).searchTools({ namespace: "growing" });
      return items.some(({ address }) => address === "growing.leaf");
    });
    const ended = await client.run(`return await tools.growing.leaf({})`);
    expect(ended.output).toMatchObject({ value: "leaf" });
    expect(await client.counted("executor_source_tools", { executor_source: "growing" })).toBe(2);
  });

  it("let new tools that write wait, where the operator wants that", async () => {
    const growing = startGrowingServer("seed");
    stops.push(growing.stop);
    await client.add("watched", { url: growing.url, reviewNewWrites: true });
    await client.allowAll("watched");
    growing.grow("saw", true);
    growing.grow("leaf");
    const source = "/api/sources/watched";
    await until("the new tools are there", async () => {
      const reply = await daemon.request("GET", source);
      return /"toolCount":2,"pendingToolCount":1,/.test(reply.text);
    });
    const api = apiClient(daemon);
    const listed = async (query: Record<string, string>) =>
      (await api.searchTools({ namespace: "watched", ...query })).items.map((each) => each.address);
    expect(await listed({})).toEqual(["watched.leaf", "watched.seed"]);
    expect(await listed({ pending: "true" })).toEqual(["watched.saw"]);
    const call = () =>
      client.run(`try { return await tools.watched.saw({}) } catch (error) { return error.code }`);
    expect((await call()).output).toMatchObject({ value: "blocked" });
    await daemon.request("POST", `${source}/review`, {
      refreshedAt: new Date().toISOString(),
      tools: ["watched.saw"],
    });
    expect((await call()).output).toMatchObject({ value: "saw" });
  });

  it("say nothing of headers in the log, the metrics or the answers", async () => {
    const sources = await daemon.request("GET", "/api/sources");
    const metrics = await apiClient(daemon).metrics();
    for (const text of [daemon.log(), sources.text, metrics]) expect(text).not.toContain("key-of");
  });
});

describe("programs that are MCP servers", () => {
  const running = () => processesWith("server-everything/dist/index.js stdio");

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`end with the daemon (${signal})`, async () => {
      const before = running();
      const daemon = await startDaemon();
      const client = mcpSourceClient(daemon);
      await client.add("every", everythingProgram());
      // `sh` does not hand on what it is told, and waits for the program that it started.
      const { args, command } = everythingProgram();
      const script = `"$@"; true`;
      await client.add("nested", { command: "sh", args: ["-c", script, "sh", command, ...args] });
      expect(running().length).toBeGreaterThanOrEqual(before.length + 2);
      daemon.kill(signal);
      await daemon.exited;
      await until("no program is left", async () => running().length <= before.length);
      await daemon.stop();
    });
  }
});
