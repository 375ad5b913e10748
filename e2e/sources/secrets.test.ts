import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Database } from "bun:sqlite";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiClient } from "../support/daemon/api-client.ts";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon, Reply } from "../support/daemon/daemon.ts";
import { echoDocument, startEchoUpstream } from "../support/upstreams/echo.ts";
import type { EchoUpstream } from "../support/upstreams/echo.ts";
import { freePort } from "@executor/testing";

const first = "hunter2-first-value";
const second = "hunter2-second-value";
const literal = "hunter2-literal-value";
const traces = /hunte/;

/** Every file of the directory as one text. */
const bytesOf = async (directory: string): Promise<string> => {
  const files = await readdir(directory);
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "latin1")));
  return texts.join("\n");
};

/** One daemon's life with a secret, in order: tests build on those above them. */
describe("secrets", () => {
  let daemon: Daemon;
  let upstream: EchoUpstream;
  let stranger: EchoUpstream;
  const replies: Array<Reply> = [];

  beforeAll(async () => {
    upstream = startEchoUpstream();
    stranger = startEchoUpstream();
    daemon = await startDaemon();
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
    await stranger.stop();
  });

  const ask: Daemon["request"] = async (...request) => {
    const reply = await daemon.request(...request);
    replies.push(reply);
    return reply;
  };
  const put = (name: string, value: unknown, origins: unknown) =>
    ask("PUT", `/api/secrets/${name}`, { value, origins });
  const add = (namespace: string, more: object) =>
    ask("POST", "/api/sources", {
      namespace,
      kind: "openapi",
      document: echoDocument(upstream.origin),
      ...more,
    });
  const run = async (code: string): Promise<unknown> => {
    const reply = await ask("POST", "/api/executions", { code });
    expect(reply.status).toBe(200);
    return reply.json();
  };
  const bearer = { Authorization: { secret: "token", prefix: "Bearer " } };

  it("are put and listed without their values", async () => {
    const reply = await put("token", first, [upstream.origin]);
    expect([reply.status, reply.json()]).toMatchObject([
      200,
      { name: "token", origins: [upstream.origin], usedBy: [] },
    ]);
    const list = await ask("GET", "/api/secrets");
    expect(list.json()).toEqual([reply.json()]);
  });

  it.each([
    ["no origins", { value: first, origins: [] }],
    ["origins left out", { value: first }],
    ["an origin with a path", { value: first, origins: ["https://a.example/x"] }],
    ["a pattern of origins", { value: first, origins: ["https://*.example"] }],
    ["a host alone", { value: first, origins: ["a.example"] }],
    ["a value that is no text", { value: { deep: first }, origins: ["https://a.example"] }],
    ["an empty value", { value: "", origins: ["https://a.example"] }],
    ["a misspelt field", { value: first, origin: ["https://a.example"] }],
    ["a text", first],
    ["a list", [first]],
  ])("are refused with %s, without repeating the value", async (_, body) => {
    const reply = await ask("PUT", "/api/secrets/bad", body);
    expect(reply.status).toBe(400);
    expect(reply.text).not.toMatch(traces);
    expect((await ask("DELETE", "/api/secrets/bad")).status).toBe(404);
  });

  it("reach the upstream in the source's header, and come back to nobody", async () => {
    const source = await add("echo", { headers: { ...bearer, "X-Api-Key": literal } });
    expect([source.status, source.json()]).toMatchObject([
      201,
      { headerNames: ["Authorization", "X-Api-Key"] },
    ]);
    const execution = await run(`
      const seen = [await tools.echo.headers({}), await tools.echo.text({})];
      console.log(JSON.stringify(seen));
      await tools.echo.fail({}).catch((error) => seen.push(error.message));
      return seen;
    `);
    expect(upstream.arrivals().at(-1)?.headers).toMatchObject({
      authorization: `Bearer ${first}`,
      "x-api-key": literal,
    });
    expect(execution).toMatchObject({
      status: "completed",
      output: {
        value: [
          { headers: { authorization: "[redacted]", "x-api-key": "[redacted]" } },
          expect.stringContaining("[redacted]"),
          expect.stringContaining("[redacted]"),
        ],
      },
    });
  });

  it("show no part of themselves where an error is cut, nor in bytes", async () => {
    const execution = await run(`
      const image = await tools.echo.image({});
      const messages = [];
      for (let at = 440; at < 520; at += 1) {
        await tools.echo.long({ at: String(at) }).catch((error) => messages.push(error.message));
      }
      console.log(messages.join());
      return [image.base64, messages];
    `);
    expect(execution).toMatchObject({ status: "completed", error: null });
    const shown = JSON.stringify(execution);
    const image = Buffer.from(/"([\w+/]{40,}=*)\\"/.exec(shown)?.[1] ?? "", "base64");
    expect(image.toString("latin1")).toMatch(/PNG .*"authorization":"\[redacted\]"/);
    expect(shown).toContain("~[redacted]~");
    expect(shown).not.toMatch(/Bearer|hunte/);
  });

  it("do not follow a redirect to another origin, and follow one within it", async () => {
    await run(
      `return await tools.echo.redirect({ to: ${JSON.stringify(`${stranger.origin}/headers`)} })`,
    );
    const [arrival] = stranger.arrivals();
    expect(arrival).toMatchObject({ path: "/headers" });
    expect(JSON.stringify(arrival)).not.toMatch(traces);
    await run(`return await tools.echo.redirect({ to: "/headers" })`);
    expect(upstream.arrivals().at(-1)).toMatchObject({
      path: "/headers",
      headers: { authorization: `Bearer ${first}` },
    });
  });

  it("are refused to a source whose calls go elsewhere", async () => {
    const arrivals = stranger.arrivals().length;
    for (const more of [
      { document: echoDocument(stranger.origin) },
      { baseUrl: stranger.origin },
      { document: echoDocument(upstream.origin.replace("127.0.0.1", "localhost")) },
      { document: echoDocument(upstream.origin.replace("//", "//127.0.0.1@")) },
    ]) {
      const reply = await add("elsewhere", { ...more, headers: bearer });
      expect([reply.status, reply.json()]).toMatchObject([422, { _tag: "SecretNotForOrigin" }]);
    }
    const refreshed = await ask("POST", "/api/sources/echo/refresh", {
      document: echoDocument(stranger.origin),
    });
    expect([refreshed.status, refreshed.json()]).toMatchObject([
      422,
      { _tag: "SecretNotForOrigin" },
    ]);
    expect(stranger.arrivals()).toHaveLength(arrivals);
  });

  it("keep a source's literal headers where they were given for", async () => {
    await add("literal", { headers: { "X-Api-Key": literal } });
    const reply = await ask("POST", "/api/sources/literal/refresh", {
      document: echoDocument(stranger.origin),
    });
    expect([reply.status, reply.json()]).toMatchObject([422, { _tag: "InvalidSourceDocument" }]);
    await run(`return await tools.literal.headers({})`);
    expect(stranger.arrivals().map((arrival) => JSON.stringify(arrival))).not.toContainEqual(
      expect.stringMatching(traces),
    );
  });

  it("that are missing are said by name, and how to put them", async () => {
    const reply = await add("missing", { headers: { "X-Key": { secret: "nowhere" } } });
    expect([reply.status, reply.json()]).toMatchObject([422, { _tag: "MissingSecret" }]);
    expect(reply.text).toContain("executor secrets set nowhere");
  });

  it("have their new value from the next call on", async () => {
    await put("token", second, [upstream.origin]);
    await run(`return await tools.echo.headers({})`);
    expect(upstream.arrivals().at(-1)?.headers["authorization"]).toBe(`Bearer ${second}`);
  });

  it("cannot be removed while a source uses them", async () => {
    const used = await ask("DELETE", "/api/secrets/token");
    expect([used.status, used.json()]).toMatchObject([409, { _tag: "SecretInUse" }]);
    expect(used.text).toContain("echo");
    expect((await ask("DELETE", "/api/sources/echo")).status).toBe(204);
    expect((await ask("DELETE", "/api/secrets/token")).status).toBe(204);
    expect((await ask("GET", "/api/secrets")).json()).toEqual([]);
  });

  it("stand in clear nowhere: not in a reply, the log, the metrics or the files", async () => {
    await put("token", first, [upstream.origin]);
    await add("echo", { headers: bearer });
    await run(`return await tools.echo.headers({})`);
    replies.push(
      await ask("GET", "/api/metrics"),
      await ask("GET", "/api/sources"),
      await ask("GET", "/api/executions"),
      await ask("GET", "/api/tools/echo.headers"),
      await ask("GET", "/api/openapi.json"),
    );
    for (const { text } of replies) expect(text).not.toMatch(traces);
    expect(await apiClient(daemon).metrics()).toContain("executor_tool_calls_total");
    expect(daemon.log()).toContain("listens on");
    expect(daemon.log()).not.toMatch(traces);
    const running = await bytesOf(daemon.dataDirectory);
    expect(running.includes("CREATE TABLE secrets")).toBe(true);
    expect(traces.test(running)).toBe(false);
  });

  it.each([
    ["headers as a text", { headers: `Authorization: ${literal}` }],
    ["headers as a list", { headers: [literal] }],
    ["a header's value as a list", { headers: { "X-Key": [literal] } }],
    ["a header's value of two lines", { headers: { "X-Key": `a\n${literal}` } }],
    [
      "a reference with a field too many",
      { headers: { "X-Key": { secret: "a", value: literal } } },
    ],
    ["an environment as a text", { command: "server", env: literal }],
    ["an environment's value as a list", { command: "server", env: { KEY: [literal] } }],
  ])("are not repeated where a source is refused for %s", async (_, more) => {
    for (const [path, body] of [
      ["/api/sources", { namespace: "bad", kind: "openapi", ...more }],
      ["/api/sources/detect", more],
    ] as const) {
      const reply = await daemon.request("POST", path, body);
      expect(reply.status).toBe(400);
      expect(reply.text).not.toMatch(traces);
    }
  });

  it("cannot be read or put by agent code", async () => {
    expect(
      await run(`return (await tools.search({ query: "secret source add policy", limit: 100 }))
        .map((tool) => tool.path).filter((path) => path.startsWith("executor."))`),
    ).toMatchObject({
      output: { value: expect.not.arrayContaining([expect.stringMatching(/add|put|set|secret/)]) },
    });
  });
});

describe("the encryption key", () => {
  const key = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  let directory: string;

  const withDirectory = async (use: () => Promise<void>): Promise<void> => {
    directory = await mkdtemp(join(tmpdir(), "executor-key-"));
    try {
      await use();
    } finally {
      await rm(directory, { recursive: true });
    }
  };
  const start = (env: Record<string, string> = {}) =>
    startDaemon({ dataDirectory: directory, env });
  const fails = async (env: Record<string, string> = {}): Promise<string> => {
    const port = String(await freePort());
    const result = await runExecutor(["serve", "--port", port], {
      env: { EXECUTOR_DATA_DIR: directory, ...env },
    });
    expect(result.code).toBe(1);
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
    return result.stderr;
  };
  /** A start, a secret, and the end. */
  const live = async (env: Record<string, string> = {}): Promise<void> => {
    const daemon = await start(env);
    await daemon.request("PUT", "/api/secrets/a", { value: first, origins: ["https://a.example"] });
    await daemon.stop();
  };

  it("is made once, for its owner alone, and found again", () =>
    withDirectory(async () => {
      await live();
      const file = join(directory, "secret.key");
      const { mode } = await stat(file);
      expect(mode & 0o777).toBe(0o600);
      const made = await readFile(file, "utf8");
      expect(Buffer.from(made, "base64")).toHaveLength(32);
      await live();
      expect(await readFile(file, "utf8")).toBe(made);
      expect(traces.test(await bytesOf(directory))).toBe(false);
    }));

  it("is never made anew over a database that has another", () =>
    withDirectory(async () => {
      await live();
      const file = join(directory, "secret.key");
      const made = await readFile(file, "utf8");
      await rm(file);
      expect(await fails()).toContain("is missing");
      expect(await readdir(directory)).not.toContain("secret.key");
      await writeFile(file, "no base64!", { mode: 0o600 });
      expect(await fails()).toContain("is damaged");
      await writeFile(file, Buffer.alloc(31).toString("base64"));
      expect(await fails()).toContain("31 bytes");
      await writeFile(file, "");
      expect(await fails()).toContain("0 bytes");
      await writeFile(file, key());
      expect(await fails()).toContain("is not the one");
      await writeFile(file, made);
      await live();
    }));

  it("may come from the environment, and leaves no file then", () =>
    withDirectory(async () => {
      const mine = key();
      await live({ EXECUTOR_SECRET_KEY: mine });
      expect(await readdir(directory)).not.toContain("secret.key");
      const other = key();
      const error = await fails({ EXECUTOR_SECRET_KEY: other });
      expect(error).toContain("is not the one");
      expect(error).not.toContain(other);
      expect(await fails()).toContain("is missing");
      expect(await fails({ EXECUTOR_SECRET_KEY: "short" })).toContain("EXECUTOR_SECRET_KEY");
      await live({ EXECUTOR_SECRET_KEY: `${mine}\n` });
    }));

  it("that cannot be read ends the start with one line", () =>
    withDirectory(async () => {
      await live();
      const file = join(directory, "secret.key");
      await rm(file);
      await Bun.write(join(file, "inside"), "");
      expect(await fails()).toContain("cannot be read");
      await chmod(file, 0o700);
    }));

  it("seals what an older daemon stored in clear", () =>
    withDirectory(async () => {
      const upstream = startEchoUpstream();
      const daemon = await start();
      await daemon.request("POST", "/api/sources", {
        namespace: "old",
        kind: "openapi",
        document: echoDocument(upstream.origin),
        headers: { "X-Key": literal },
      });
      await daemon.stop();
      const database = new Database(join(directory, "executor.db"));
      database.run("DELETE FROM key_check");
      database.run("DELETE FROM sources WHERE namespace = 'executor'");
      database
        .query("UPDATE sources SET settings = ? WHERE namespace = 'old'")
        .run(JSON.stringify({ headers: { "X-Key": literal }, timeoutMs: 1_000 }));
      database.close();
      await rm(join(directory, "secret.key"));
      expect(traces.test(await bytesOf(directory))).toBe(true);

      const next = await start();
      await next.request("POST", "/api/executions", { code: "return tools.old.headers({})" });
      expect(upstream.arrivals().at(-1)?.headers["x-key"]).toBe(literal);
      expect(traces.test(await bytesOf(directory))).toBe(false);
      await next.stop();
      expect(traces.test(await bytesOf(directory))).toBe(false);
      await upstream.stop();
    }));
});
