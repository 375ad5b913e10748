import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { cyclicDocument, refusals, swaggerDocument } from "../support/upstreams/bad-sources.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument, startDocumentServer } from "../support/upstreams/document-server.ts";
import type { Answer, DocumentServer } from "../support/upstreams/document-server.ts";
import { freePort, readSamples, sumOf } from "@executor/testing";

const unreachable: ReadonlyArray<{ name: string; answer: Answer; status: number; says: RegExp }> = [
  {
    name: "404",
    answer: () => new Response("Nothing here", { status: 404 }),
    status: 502,
    says: /answered 404.*Check the URL/,
  },
  {
    name: "401",
    answer: () => new Response("Who are you?", { status: 401 }),
    status: 502,
    says: /answered 401.*headers/,
  },
  {
    name: "500",
    answer: () => new Response("Broken", { status: 500 }),
    status: 502,
    says: /answered 500.*Try again later/,
  },
  {
    name: "a page",
    answer: () => new Response("<html></html>", { headers: { "content-type": "text/html" } }),
    status: 422,
    says: /HTML.*Give the URL of the OpenAPI document itself/,
  },
];

const mebibyte = 1024 * 1024;

/** Spaces, chunk by chunk, of no stated length. */
const chunked = (mebibytes: number): Response => {
  const chunk = new Uint8Array(mebibyte).fill(0x20);
  let sent = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      sent += 1;
      if (sent > mebibytes) controller.close();
      else controller.enqueue(chunk);
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
};

/** Spaces, as few bytes on the wire. */
const compressed = (mebibytes: number): Response =>
  new Response(Bun.gzipSync(new Uint8Array(mebibytes * mebibyte).fill(0x20)), {
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
  });

/** Tests build on those above them. */
describe("bad input", () => {
  let daemon: Daemon;
  let server: DocumentServer;

  beforeAll(async () => {
    server = startDocumentServer(() => new Response(petsDocument("list")));
    daemon = await startDaemon();
    await apiClient(daemon).addSource({
      namespace: "taken",
      kind: "openapi",
      document: petsDocument("list"),
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await server.stop();
  });

  const scrape = async () => readSamples(await apiClient(daemon).metrics());
  const namespaces = async () =>
    (await apiClient(daemon).sources()).map(({ namespace }) => namespace).toSorted();
  const add = (source: Readonly<Record<string, unknown>>) =>
    daemon.request("POST", "/api/sources", {
      namespace: "pets",
      kind: "openapi",
      document: petsDocument("list"),
      ...source,
    });

  it.each(refusals)("refuses $name", async ({ source, status, tag, says }) => {
    const reply = await add(source);
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status,
      body: expect.objectContaining({ _tag: tag, message: expect.stringMatching(says) }),
    });
    expect(await namespaces()).toEqual(["executor", "taken"]);
  });

  it("refuses a form, which another site's page could send", async () => {
    const body = new FormData();
    body.set("code", "return 5");
    const reply = await fetch(`${daemon.url}/api/executions`, { method: "POST", body });
    expect([reply.status, await reply.json()]).toEqual([
      415,
      expect.objectContaining({ _tag: "UnsupportedMediaType" }),
    ]);
  });

  it("refuses a header's name that is not one", async () => {
    const reply = await add({ namespace: "nameless", headers: { "x key": "secret" } });
    if (reply.status === 201) await daemon.request("DELETE", "/api/sources/nameless");
    expect(reply.status).toBe(400);
    expect(reply.text).toContain("A header's name is");
  });

  it.each(unreachable)("refuses a URL that answers $name", async ({ answer, status, says }) => {
    server.answerWith(answer);
    const reply = await add({ document: undefined, url: server.url });
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status,
      body: expect.objectContaining({ message: expect.stringMatching(says) }),
    });
    expect(await namespaces()).toEqual(["executor", "taken"]);
  });

  it("refuses a URL that nobody answers at", async () => {
    const url = `http://127.0.0.1:${await freePort()}/openapi.json`;
    const reply = await add({ document: undefined, url });
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status: 502,
      body: {
        _tag: "SourceUnreachable",
        message: expect.stringMatching(/could not be reached.*Check that the server runs/),
        code: "connection_error",
      },
    });
  });

  it("makes no series of a namespace that never came to be", async () => {
    const samples = await scrape();
    expect(samples.filter(({ labels }) => labels["executor_source"] === "pets")).toEqual([]);
    const failed = { executor_source: "_OTHER", outcome: "error" };
    expect(sumOf(samples, "executor_source_connects_total", failed)).toBeGreaterThan(10);
  });

  it.each([
    { name: "JSON that breaks off", body: '{ "namespace": ', type: "application/json" },
    { name: "nothing", body: "", type: "application/json" },
  ])("refuses a body of $name", async ({ body, type }) => {
    const reply = await fetch(`${daemon.url}/api/sources`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      _tag: "InvalidRequestBody",
      message: expect.stringContaining("Send JSON with the header Content-Type"),
    });
  });

  it.each([
    ["GET", "/"],
    ["GET", "/api"],
    ["GET", "/api/nothing"],
    ["GET", "/api/tools/%E0%A4%A"],
    ["GET", "/api/../etc/passwd"],
  ])("says that nothing answers %s %s", async (method, path) => {
    const reply = await daemon.request(method, path);
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status: 404,
      body: {
        _tag: "RouteNotFound",
        message: expect.stringMatching(/Nothing answers .*\/api\/docs/),
      },
    });
  });

  it.each([
    ["PATCH", "/api/sources", 405, "MethodNotAllowed"],
    ["GET", "/api/sources/none", 404, "SourceNotFound"],
    ["DELETE", "/api/sources/none", 404, "SourceNotFound"],
    ["DELETE", "/api/sources/executor", 409, "BuiltInSource"],
    ["GET", "/api/tools/none.at.all", 404, "ToolNotFound"],
    ["GET", "/api/tools?cursor=made-up", 400, "InvalidCursor"],
    ["GET", "/api/tools?limit=0", 400, "HttpApiDecodeError"],
    ["GET", "/api/executions/none", 404, "ExecutionNotFound"],
    ["GET", "/api/executions?limit=many", 400, "HttpApiDecodeError"],
  ])("answers %s %s with %i %s", async (method, path, status, tag) => {
    const reply = await daemon.request(method, path);
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status,
      body: expect.objectContaining({ _tag: tag, message: expect.any(String) }),
    });
  });

  it.each([
    [{ code: 7 }, "Expected string"],
    [{}, "is missing"],
    [{ code: "1", timeoutMs: -1 }, "between 1 and 600000"],
    [{ code: "1".repeat(1_000_001) }, "Code is at most 1000000 characters long."],
  ])("runs nothing for %.60j", async (body, says) => {
    const executions = async () => sumOf(await scrape(), "executor_executions_total");
    const before = await executions();
    const reply = await daemon.request("POST", "/api/executions", body);
    expect(reply.status).toBe(400);
    expect(reply.text).toContain(says);
    expect(await executions()).toBe(before);
  });

  it("takes a document that refers to itself", async () => {
    const source = await apiClient(daemon).addSource({
      namespace: "trees",
      kind: "openapi",
      document: cyclicDocument,
    });
    expect(source.toolCount).toBe(1);
    const tool = await apiClient(daemon).tool("trees.plant");
    expect(JSON.stringify(tool.inputSchema)).toMatch(/\$ref/);
    expect(JSON.stringify(tool.outputSchema)).toMatch(/\$ref/);
    const run = await apiClient(daemon).execute(
      'return (await tools.describe({ path: "trees.plant" })).path',
    );
    expect(run.output?.value).toBe("trees.plant");
  });

  it.each([
    { name: "a document of 1 GB in chunks", answer: () => chunked(1000) },
    { name: "a document of 200 MB in 200 kB", answer: () => compressed(200) },
  ])("does not take $name into memory", async ({ name, answer }) => {
    server.answerWith(answer);
    const before = daemon.peakMemoryBytes();
    for (let time = 0; time < 3; time++) {
      const reply = await add({ document: undefined, url: server.url });
      expect({ status: reply.status, body: reply.json() }).toEqual({
        status: 413,
        body: {
          _tag: "SourceDocumentTooLarge",
          message: expect.stringMatching(/larger than 64 MiB.*Give a smaller one/),
        },
      });
    }
    const grownMib = (daemon.peakMemoryBytes() - before) / mebibyte;
    console.info(`${name}, three times: peak memory grew by ${grownMib.toFixed(0)} MiB`);
    expect(grownMib).toBeLessThan(300);
  });

  describe("a source that goes bad", () => {
    const tools = async () =>
      (await apiClient(daemon).searchTools({ namespace: "fickle" })).items
        .map(({ address }) => address)
        .toSorted();
    const refresh = () => daemon.request("POST", "/api/sources/fickle/refresh", {});
    const shown = async () => (await daemon.request("GET", "/api/sources/fickle")).json();
    const up = async () =>
      sumOf(await scrape(), "executor_source_up", { executor_source: "fickle" });

    beforeAll(async () => {
      server.answerWith(() => new Response(petsDocument("list", "get")));
      await apiClient(daemon).addSource({ namespace: "fickle", kind: "openapi", url: server.url });
    });

    it("begins well", async () => {
      expect(await tools()).toEqual(["fickle.get", "fickle.list"]);
      expect(await shown()).toMatchObject({ toolCount: 2, lastError: null });
      expect(await up()).toBe(1);
    });

    it.each([
      {
        name: "not OpenAPI any more",
        answer: () => new Response('{ "gone": true }'),
        status: 422,
        says: /`openapi` is missing/,
      },
      {
        name: "Swagger 1.2 now",
        answer: () => new Response(swaggerDocument),
        status: 422,
        says: /1\.2.*Swagger 2\.0 or OpenAPI 3/,
      },
      {
        name: "an error",
        answer: () => new Response("Broken", { status: 503 }),
        status: 502,
        says: /answered 503/,
      },
    ])("keeps its tools where the document is $name", async ({ answer, status, says }) => {
      const before = await shown();
      server.answerWith(answer);
      expect((await refresh()).status).toBe(status);
      expect(await shown()).toEqual({
        ...Object(before),
        lastError: expect.stringMatching(says),
        state: expect.objectContaining({
          status: "unreachable",
          reason: expect.stringMatching(says),
        }),
      });
      expect(await tools()).toEqual(["fickle.get", "fickle.list"]);
      expect(await up()).toBe(0);
    });

    it("works again once the document is good, with the tools that it has then", async () => {
      server.answerWith(() => new Response(petsDocument("list", "create")));
      expect((await refresh()).status).toBe(200);
      expect(await shown()).toMatchObject({ toolCount: 2, lastError: null });
      expect(await tools()).toEqual(["fickle.create", "fickle.list"]);
      expect(await up()).toBe(1);
      const gone = await apiClient(daemon).execute("return await tools.fickle.get({})");
      expect(gone.error?.message).toContain("There is no tool fickle.get");
    });

    it("keeps its tools where the server is gone", async () => {
      const before = await shown();
      await server.stop();
      expect((await refresh()).status).toBe(502);
      expect(await shown()).toEqual({
        ...Object(before),
        lastError: expect.stringMatching(/could not be reached/),
        state: expect.objectContaining({ status: "unreachable", code: "connection_error" }),
      });
      expect(await tools()).toEqual(["fickle.create", "fickle.list"]);
    });

    it("is gone once it is removed: its tools, its state and what is shown of it", async () => {
      expect((await daemon.request("DELETE", "/api/sources/fickle")).status).toBe(204);
      expect((await daemon.request("GET", "/api/sources/fickle")).status).toBe(404);
      expect((await daemon.request("GET", "/api/tools/fickle.list")).status).toBe(404);
      expect(await tools()).toEqual([]);
      const run = await apiClient(daemon).execute("return await tools.fickle.list({})");
      expect(run.error?.message).toContain("There is no tool fickle.list");
      const states = (await scrape()).filter(
        ({ name, labels }) =>
          labels["executor_source"] === "fickle" && !/_(total|bucket|sum|count)$/.test(name),
      );
      expect(states).toEqual([]);
    });

    it("can be added anew", async () => {
      const source = await apiClient(daemon).addSource({
        namespace: "fickle",
        kind: "openapi",
        document: petsDocument("list"),
      });
      expect(source.toolCount).toBe(1);
      expect(await tools()).toEqual(["fickle.list"]);
      expect(await up()).toBe(1);
    });
  });

  it("has met nothing unexpected", () => {
    expect(daemon.log()).not.toMatch(/level=(ERROR|FATAL)/);
  });
});
