import { describe, expect, it } from "@effect/vitest";
import { StorageQuota } from "../src/organization/storage-quota.ts";

const url = "http://localhost/mcp";
const maxBytes = 1_000;
const maxBodyBytes = 10_000;

/** Answer to a body, where the database has so many bytes, and the bodies that the host received. */
const post = async (databaseSize: number, body: string) => {
  const received: Array<string> = [];
  const quota = new StorageQuota({ sql: { databaseSize } }, maxBytes);
  const gate = quota.gate(async (request) => {
    received.push(await request.text());
    return new Response("answered", { status: 202 });
  }, maxBodyBytes);
  const response = await gate(new Request(url, { method: "POST", body }));
  return { response, received };
};

const request = (id: unknown, method: string) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params: { name: "execute" } });

const call = request(7, "tools/call");

describe("StorageQuota", () => {
  it.each([
    ["reads", request(1, "tools/list")],
    ["the opening of a session", request(1, "initialize")],
    ["answers to questions", JSON.stringify({ jsonrpc: "2.0", id: 7, result: {} })],
    ["a notification, which is no call", JSON.stringify({ method: "tools/call" })],
    ["what is not JSON", "{ tools/call"],
    ["words that only look like a call", request("tools/call", "ping")],
  ])("lets through %s as they are, though the database is full", async (_, body) => {
    const { received, response } = await post(maxBytes, body);
    expect([response.status, received]).toEqual([202, [body]]);
  });

  it("leaves a body that is too large to the host, which refuses it", async () => {
    const body = `${" ".repeat(maxBodyBytes)}${call}`;
    const { received } = await post(maxBytes, body);
    expect(received[0]?.length).toBeGreaterThan(maxBodyBytes);
  });

  it("lets calls through below its bound", async () => {
    const { received, response } = await post(maxBytes - 1, call);
    expect([response.status, received]).toEqual([202, [call]]);
  });

  it.each([
    ["with an id that is a number", 7],
    ["with an id that is a text", "seven"],
  ])("refuses a call %s with an error of JSON-RPC", async (_, id) => {
    const { received, response } = await post(maxBytes + 1, request(id, "tools/call"));
    expect([response.status, received]).toEqual([507, []]);
    expect(await response.json()).toEqual({
      jsonrpc: "2.0",
      id,
      error: {
        code: -32_000,
        message: expect.stringContaining("Remove sources"),
        data: {
          _tag: "StorageQuotaExceeded",
          message: expect.any(String),
          usedBytes: maxBytes + 1,
          maxBytes,
        },
      },
    });
  });

  it("refuses every request of a batch with a call", async () => {
    const notification = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
    const batch = `[${notification},${request(1, "ping")},${call}]`;
    const { received, response } = await post(maxBytes, batch);
    expect([response.status, received]).toEqual([507, []]);
    expect(await response.json()).toMatchObject([{ id: 1 }, { id: 7 }]);
  });
});
