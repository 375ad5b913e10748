import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import {
  exactCode,
  exactRequests,
  exactResult,
  exactSources,
  exactValue,
  startExactUpstream,
} from "../support/upstreams/exact-integers.ts";
import type { ExactUpstream } from "../support/upstreams/exact-integers.ts";

describe("integers beyond 2^53", () => {
  let daemon: Daemon;
  let upstream: ExactUpstream;

  beforeAll(async () => {
    upstream = startExactUpstream();
    daemon = await startDaemon();
    for (const source of exactSources(upstream.url)) {
      expect(await daemon.request("POST", "/api/sources", source)).toMatchObject({ status: 201 });
    }
    await daemon.request("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  it("keep their digits from a reply through agent code into the next call, for every kind of source", async () => {
    const { error, output } = await apiClient(daemon).execute(exactCode);
    expect(error).toBeNull();
    expect(exactResult(output?.value)).toEqual(exactValue);
    const seen = upstream.seen().join("\n");
    for (const request of exactRequests) expect(seen).toContain(request);
  });

  it("are told in the descriptions of tools that may give or take them", async () => {
    for (const address of ["api.get", "mcp.give"]) {
      const { description } = await apiClient(daemon).tool(address);
      expect(description).toContain("Integers beyond 2^53 come as text; pass them on as they are.");
    }
  });
});
