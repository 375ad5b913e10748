import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { mcpSourceClient } from "../support/upstreams/everything-client.ts";
import { mcpServers, programOf, startServer } from "../support/mcp-servers/from-npm.ts";

const directory = await realpath(await mkdtemp(join(tmpdir(), "mcp-servers-")));

describe("servers from npm as sources", () => {
  let daemon: Daemon;
  let client: ReturnType<typeof mcpSourceClient>;
  beforeAll(async () => {
    daemon = await startDaemon();
    client = mcpSourceClient(daemon);
    await client.allowAll("it");
  });
  afterAll(async () => {
    await daemon.stop();
    await rm(directory, { recursive: true });
  });

  /** Adds the server as the source `it`, calls a tool, and removes it. */
  const use = async (
    settings: Record<string, unknown>,
    { call, gives, tools }: { call: string; gives: unknown; tools: number },
  ) => {
    const added = await client.add("it", settings);
    expect(added).toMatchObject({ toolCount: tools, warningCount: 0 });
    const ended = await client.run(call);
    expect(ended.output?.value).toEqual(gives);
    const removed = await daemon.request("DELETE", "/api/sources/it");
    expect(removed.status).toBeLessThan(300);
  };

  for (const [name, server] of Object.entries(mcpServers(directory))) {
    it(`${name} over stdio`, () => use(programOf(server), server));

    for (const http of server.http ?? []) {
      it(`${name} over ${http.transport}`, async () => {
        const running = await startServer(server, http);
        try {
          await use({ url: running.url, transport: http.transport }, server);
        } finally {
          running.kill("SIGKILL");
          await running.stop();
        }
      });
    }
  }
});
