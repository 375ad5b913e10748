import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";

describe("the daemon", () => {
  let daemon: Daemon;

  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  it("starts no program for a page of another site, which may send a form or a text", async () => {
    const source = {
      namespace: "evil",
      kind: "mcp",
      command: process.execPath,
      args: ["-e", "1"],
    };
    const body = new TextEncoder().encode(JSON.stringify(source));
    const json = { "content-type": "application/json" };
    const attempts: ReadonlyArray<readonly [status: number, headers: Record<string, string>]> = [
      [415, {}],
      [415, { "content-type": "text/plain;application/json" }],
      [415, { "content-type": "multipart/form-data; boundary=application/json" }],
      [403, { ...json, "sec-fetch-site": "cross-site" }],
      [403, { ...json, "sec-fetch-site": "same-site" }],
    ];
    for (const [status, headers] of attempts) {
      for (const path of ["/api/sources", "/mcp"]) {
        const answer = await fetch(daemon.url + path, { method: "POST", headers, body });
        expect([path, headers, answer.status]).toEqual([path, headers, status]);
      }
    }
    expect((await daemon.request("GET", "/api/sources/evil")).status).toBe(404);
  });
});
