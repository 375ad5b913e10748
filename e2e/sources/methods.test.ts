import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { startMethodUpstream } from "../support/upstreams/methods.ts";
import type { MethodUpstream } from "../support/upstreams/methods.ts";

describe("methods and their bodies", () => {
  let daemon: Daemon;
  let upstream: MethodUpstream;

  beforeAll(async () => {
    upstream = await startMethodUpstream();
    daemon = await startDaemon();
    const added = await daemon.request("POST", "/api/sources", upstream.source);
    expect(added.json()).toMatchObject({ toolCount: 5, warnings: [] });
    await daemon.request("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  it("reach the upstream as the description has them, a GET with a body too", async () => {
    const { error, output } = await apiClient(daemon).execute(`
      const given = { body: { id: "1234567890123456789" } };
      await tools.up.find({});
      for (const name of ["find", "query", "drop", "link", "propfind"]) await tools.up[name](given);
      return "sent";
    `);
    expect(error).toBeNull();
    expect(output?.value).toBe("sent");
    const body = '{"id":1234567890123456789}';
    expect(upstream.seen()).toEqual([
      "GET /things ",
      ...["GET", "QUERY", "DELETE", "LINK", "PROPFIND"].map((name) => `${name} /things ${body}`),
    ]);
  });
});
