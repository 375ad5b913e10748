import { afterEach, describe, expect, it } from "@effect/vitest";
import { Deferred, Duration, Effect } from "effect";
import { gunzipSync } from "node:zlib";
import { until } from "@executor/testing";
import { Scrapes } from "../../../src/metrics/scrape/scrapes.ts";
import type { ScrapeLimits } from "../../../src/metrics/scrape/scrapes.ts";
import { getMetrics, rawClient, startTarget } from "./http-target.ts";
import type { Target } from "./http-target.ts";
import { makeBlocks, makeSource, totalBytes } from "./scrape-source.ts";

const small = makeBlocks(2_000);
const large = makeBlocks(600_000);
/** More than the buffers of both ends of a connection take. */
const huge = makeBlocks(48_000_000);

const joined = (blocks: typeof small) => Buffer.concat(blocks.map(({ bytes }) => bytes));

const targets: Array<Target> = [];
afterEach(async () => {
  for (const target of targets.splice(0)) await target.stop();
});

const start = async (
  blocks: typeof small,
  limits: Partial<ScrapeLimits> = {},
  before?: Effect.Effect<void>,
) => {
  const { source, seen } = makeSource(blocks, before);
  const target = await startTarget(Scrapes.layerWith(source, limits));
  targets.push(target);
  return { ...target, seen };
};

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe("GET /metrics over a connection", () => {
  it("sends a small body with its length", async () => {
    const { port } = await start(small);
    const client = rawClient(port, getMetrics("Connection: close"));
    await until("the answer was there", () => client.closed() !== "no");
    const [head = "", body = ""] = client.text().split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(head).toMatch(/^content-type: text\/plain; version=0.0.4; charset=utf-8$/im);
    expect(head).toMatch(new RegExp(`^content-length: ${totalBytes(small)}$`, "im"));
    expect(head).toMatch(/^vary: Accept, Accept-Encoding$/im);
    expect(body).toBe(joined(small).toString());
  });

  it("streams a large body, plain and compressed", async () => {
    const { url, inFlight } = await start(large);
    const plain = await fetch(url, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBe(null);
    expect((await bytesOf(plain)).equals(joined(large))).toBe(true);
    const packed = await fetch(url, {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await bytesOf(packed)).equals(joined(large))).toBe(true);
    await until("both were released", () => inFlight() === 0);
  });

  it("is read by curl as every client reads gzip", async () => {
    const { url } = await start(large);
    const curl = Bun.spawn(["curl", "-sS", "--max-time", "10", "--compressed", url]);
    const body = await bytesOf(new Response(curl.stdout));
    expect(await curl.exited).toBe(0);
    expect(body.equals(joined(large))).toBe(true);
  });

  it("answers HEAD with the headers of GET, the length too, and releases it", async () => {
    const { port, url, inFlight } = await start(large);
    const packed = await fetch(url, {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    });
    for (const [encoding, header, bytes] of [
      ["identity", undefined, totalBytes(large)],
      ["gzip", "gzip", (await bytesOf(packed)).length],
    ] as const) {
      const client = rawClient(
        port,
        getMetrics("Connection: close", `Accept-Encoding: ${encoding}`).replace("GET", "HEAD"),
      );
      await until("the answer was there", () => client.closed() !== "no");
      const [head = "", body] = client.text().split("\r\n\r\n");
      expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
      expect(head).toMatch(/^content-type: text\/plain; version=0.0.4; charset=utf-8$/im);
      expect(head).toMatch(new RegExp(`^content-length: ${bytes}$`, "im"));
      expect(/^content-encoding: (.*)$/im.exec(head)?.[1]).toBe(header);
      expect(body).toBe("");
    }
    expect(inFlight()).toBe(0);
  });

  it("refuses other methods with 405, typed, and says which there are", async () => {
    const { url } = await start(small);
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await fetch(url, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD");
      expect(await response.json()).toEqual({
        _tag: "MethodNotAllowed",
        message: `/api/metrics does not take ${method}. It takes GET, HEAD.`,
      });
    }
    expect((await fetch(`${url}/x`, { method: "POST" })).status).toBe(404);
  });

  it("says what there is to a client that takes none of it", async () => {
    const { url, seen } = await start(small);
    const unacceptable: ReadonlyArray<Record<string, string>> = [
      { accept: "application/json" },
      { "accept-encoding": "identity;q=0" },
    ];
    for (const headers of unacceptable) {
      const response = await fetch(url, { headers });
      expect(response.status).toBe(406);
      expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
      expect(await response.json()).toMatchObject({
        _tag: "MetricsNotAcceptable",
        available: expect.arrayContaining(["text/plain; version=0.0.4; charset=utf-8"]),
      });
    }
    expect(seen.started).toBe(0);
  });

  it("passes on the names that are asked for", async () => {
    const { url, seen } = await start(small);
    await fetch(`${url}?name[]=up&name%5B%5D=go_gc%20x&name=no&name[]=up`);
    await fetch(`${url}?name[]=one`);
    await fetch(`${url}?name=no`);
    expect(seen.names).toEqual(["up,go_gc x", "one", ""]);
  });

  it("answers 503 before the first byte when the client's time is too short", async () => {
    const { url } = await start(small, {}, Effect.sleep("100 millis"));
    const ask = (seconds: string) =>
      fetch(url, { headers: { "x-prometheus-scrape-timeout-seconds": seconds } });
    const late = await ask("0.02");
    expect(late.status).toBe(503);
    expect(late.headers.get("retry-after")).toBe("1");
    expect(await late.json()).toMatchObject({
      _tag: "ScrapeTimeout",
      message: expect.stringContaining("within 20ms"),
    });
    for (const seconds of ["10", "1e1", "soon", "-1", "0", "NaN", "Infinity", ""]) {
      const response = await ask(seconds);
      expect([seconds, response.status]).toEqual([seconds, 200]);
    }
  });

  it("answers a failed rendering with 500 and nothing of the failure", async () => {
    const { url } = await start(large, {}, Effect.die(new Error("the secret is hunter2")));
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      _tag: "InternalError",
      traceId: expect.any(String),
    });
  });

  it("answers a body that is too large with 500", async () => {
    const { url } = await start(large, { bytes: 1_000 });
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ _tag: "ExpositionTooLarge" });
  });

  it("takes a slow reader's slot until it has read all, and no more bytes than it reads", async () => {
    const { port, url, inFlight } = await start(huge, { inFlight: 1 });
    const slow = rawClient(port, getMetrics("Connection: close"), { reads: 1_000 });
    await until("the slow reader has begun", () => slow.received() > 0);
    const refused = await fetch(url);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ _tag: "TooManyScrapes" });
    expect(inFlight()).toBe(1);
    slow.resume();
    await until("the slow reader has all", () => slow.closed() !== "no");
    expect(slow.tail()).toMatch(/\r\n0\r\n\r\n$/);
    await until("the slot was free", () => inFlight() === 0);
    expect((await fetch(url)).status).toBe(200);
  });

  it("breaks off a reader that takes too long, so that it cannot take half a body for a whole one", async () => {
    const { port, inFlight } = await start(huge, { sendTimeout: Duration.seconds(2) });
    const stuck = rawClient(port, getMetrics(), { reads: 1_000 });
    await until("the reader has begun", () => stuck.received() > 0);
    expect(inFlight()).toBe(1);
    await until("the slot was free", () => inFlight() === 0);
    stuck.resume();
    await until("the connection was broken off", () => stuck.closed() !== "no");
    expect(stuck.received()).toBeLessThan(totalBytes(huge));
    expect(stuck.tail()).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it("frees the slot when a client goes away, before the body and within it", async () => {
    const gate = Effect.runSync(Deferred.make<void>());
    const { port, inFlight, seen } = await start(huge, {}, Deferred.await(gate));
    const early = rawClient(port, getMetrics());
    await until("the rendering has begun", () => inFlight() === 1);
    early.destroy();
    await until("the slot of the early one was free", () => inFlight() === 0);
    await until("the rendering was stopped", () => seen.interrupted === 1);
    Effect.runSync(Deferred.succeed(gate, undefined));
    const within = rawClient(port, getMetrics(), { reads: 1_000 });
    await until("the body has begun", () => within.received() > 0);
    expect(inFlight()).toBe(1);
    within.destroy();
    await until("the slot of the one within was free", () => inFlight() === 0);
  });

  it("answers a thousand scrapes at once, within its limits, and gives back their memory", async () => {
    const { url, inFlight, seen } = await start(large, {}, Effect.sleep("20 millis"));
    const round = async (count: number) => {
      const answers = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const encoding = index % 2 === 0 ? "gzip" : "identity";
          const response = await fetch(url, { headers: { "accept-encoding": encoding } });
          const body = await bytesOf(response);
          return { status: response.status, bytes: body.length };
        }),
      );
      const ok = answers.filter(({ status }) => status === 200);
      expect(ok.every(({ bytes }) => bytes === totalBytes(large))).toBe(true);
      return { ok: ok.length, statuses: answers.map(({ status }) => status) };
    };
    await round(200);
    Bun.gc(true);
    const before = process.memoryUsage().rss;
    const startedBefore = seen.started;
    const { ok, statuses } = await round(1_000);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(ok).toBeGreaterThanOrEqual(16);
    expect(seen.started - startedBefore).toBeLessThanOrEqual(ok);
    await until("all slots were free", () => inFlight() === 0);
    Bun.gc(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect((await fetch(url)).status).toBe(200);
  });
});
