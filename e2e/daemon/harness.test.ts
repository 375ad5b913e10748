import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import { startGateway } from "../support/daemon/gateway.ts";
import { startPrism } from "../support/upstreams/peers.ts";
import type { Upstream } from "../support/upstreams/peers.ts";

const standIn = `
console.log("environment", Object.keys(process.env).filter((name) => /^(EXECUTOR|OTEL)_/.test(name)).sort().join());
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.EXECUTOR_PORT),
  fetch: async (request) =>
    new URL(request.url).pathname === "/api/health"
      ? Response.json({ status: "ok" })
      : Response.json({ method: request.method, body: await request.text() }, { status: 201 }),
});
process.on("SIGTERM", () => { console.error("stopping"); process.exit(0); });
`;

const document = JSON.stringify({
  openapi: "3.0.3",
  info: { title: "Pets", version: "1" },
  paths: {
    "/pets/{id}": {
      get: {
        operationId: "getPet",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
        responses: {
          "200": {
            description: "A pet",
            content: { "application/json": { example: { name: "Rex" } } },
          },
          "404": {
            description: "None",
            content: { "application/json": { example: { message: "Not Found" } } },
          },
        },
      },
    },
  },
});

describe("harness", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "executor-harness-"));
    await writeFile(join(folder, "stand-in.ts"), standIn);
    await writeFile(join(folder, "broken.ts"), 'console.error("no such luck"); process.exit(3);');
    await writeFile(join(folder, "pets.json"), document);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("starts a program, speaks with it and stops it", async () => {
    process.env["OTEL_SERVICE_NAME"] = "leaks";
    const daemon = await startDaemon({ main: join(folder, "stand-in.ts") });
    delete process.env["OTEL_SERVICE_NAME"];
    const reply = await daemon.request("POST", "/api/sources", { namespace: "github" });
    expect(reply.status).toBe(201);
    expect(reply.json()).toEqual({ method: "POST", body: '{"namespace":"github"}' });
    expect(daemon.log()).toContain("environment EXECUTOR_DATA_DIR,EXECUTOR_PORT\n");
    expect(daemon.peakMemoryBytes()).toBeGreaterThan(10_000_000);
    expect((await stat(daemon.dataDirectory)).isDirectory()).toBe(true);

    await daemon.stop();
    expect(await daemon.exited).toBe(0);
    expect(daemon.log()).toContain("stopping");
    await expect(stat(daemon.dataDirectory)).rejects.toThrow(/ENOENT/);
    await expect(daemon.request("GET", "/api/health")).rejects.toThrow(/connect/i);
  });

  it("kills with a signal and starts again on the same data", async () => {
    const first = await startDaemon({ main: join(folder, "stand-in.ts") });
    first.kill("SIGKILL");
    expect(await first.exited).toBe("SIGKILL");
    const second = await startDaemon({
      main: join(folder, "stand-in.ts"),
      dataDirectory: first.dataDirectory,
      port: first.port,
    });
    expect(second.url).toBe(first.url);
    await second.stop();
    await first.stop();
  });

  it("shows the log of a program that does not start", async () => {
    await expect(startDaemon({ main: join(folder, "broken.ts") })).rejects.toThrow(
      /ended \(3\) before healthy[\s\S]*no such luck/,
    );
  });

  describe("Prism behind the gateway", () => {
    let prism: Upstream;
    beforeAll(async () => {
      prism = await startPrism(join(folder, "pets.json"));
    });
    afterAll(() => prism.stop());

    it("answers as described, and the gateway remembers", async () => {
      const gateway = startGateway(prism.url, (path) =>
        path === "/pets/404" ? "code=404" : undefined,
      );
      const answer = async (path: string): Promise<[number, unknown]> => {
        const response = await fetch(gateway.url + path);
        return [response.status, await response.json()];
      };
      expect(await answer("/pets/1")).toEqual([200, { name: "Rex" }]);
      expect(await answer("/pets/404")).toEqual([404, { message: "Not Found" }]);
      expect((await answer("/pets/rex"))[0]).toBe(422);
      expect((await answer("/cats"))[0]).toBe(404);
      expect(gateway.requests()).toEqual([
        { method: "GET", path: "/pets/1", status: 200 },
        { method: "GET", path: "/pets/404", status: 404 },
        { method: "GET", path: "/pets/rex", status: 422 },
        { method: "GET", path: "/cats", status: 404 },
      ]);
      await gateway.stop();
    });
  });

  it("reads the text format", () => {
    const samples = readSamples(
      '# TYPE a_total counter\na_total{x="1",y="p\\"q\\\\r\\ns"} 2\na_total{x="2"} 3\nb_bucket{le="+Inf"} +Inf\nc 1e-3\n',
    );
    expect(samples).toEqual([
      { name: "a_total", labels: { x: "1", y: 'p"q\\r\ns' }, value: 2 },
      { name: "a_total", labels: { x: "2" }, value: 3 },
      { name: "b_bucket", labels: { le: "+Inf" }, value: Infinity },
      { name: "c", labels: {}, value: 0.001 },
    ]);
    expect(sumOf(samples, "a_total")).toBe(5);
    expect(sumOf(samples, "a_total", { x: "2" })).toBe(3);
    expect(() => readSamples("a{ 1")).toThrow(/lacks ".*" before its value: a\{ 1/);
  });
});
