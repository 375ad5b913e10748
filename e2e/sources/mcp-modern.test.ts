import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { mcpSourceClient } from "../support/upstreams/everything-client.ts";
import { startModernServer } from "../support/mcp-servers/modern.ts";

describe("a server of MCP 2026-07-28 as a source", () => {
  let daemon: Daemon;
  const server = startModernServer();
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(async () => {
    await daemon.stop();
    await server.stop();
  });

  it("is called, and its questions are a person's", async () => {
    const client = mcpSourceClient(daemon);
    const added = await client.add("modern", { url: server.url });
    expect(added).toMatchObject({ toolCount: 2, instructions: "Ask who is there." });
    const echoed = await client.run(`return await tools.modern.echo({ a: 1 })`);
    expect(echoed.output?.value).toEqual({ a: 1 });
    const asked = await client.run(`return await tools.modern.ask({})`);
    expect(asked).toMatchObject({
      status: "paused",
      approvals: [{ kind: "form", address: "modern.ask", message: "Who?" }],
    });
    const ended = await client.answer(asked, { name: "Ada" });
    expect(ended.output?.value).toBe(`true {"who":{"action":"accept","content":{"name":"Ada"}}}`);
    const labels = { executor_source: "modern", mcp_protocol_version: "2026-07-28" };
    expect(await client.counted("mcp_client_operation_duration_seconds_count", labels)).toBe(2);
  });
});
