import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient } from "../support/daemon/api-client.ts";
import { runExecutor } from "../support/cli/command.ts";
import type { CommandResult } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument } from "../support/upstreams/document-server.ts";
import { freePort, until } from "@executor/testing";
import { machineSlackMs } from "@executor/testing/process";
import { runCode } from "../support/daemon/run-code.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "executor-start-stop-"));
});
afterAll(() => rm(folder, { recursive: true }));

const serve = async (env: Record<string, string>, ...args: ReadonlyArray<string>) =>
  runExecutor(["serve", ...args], {
    env: {
      EXECUTOR_PORT: String(await freePort()),
      EXECUTOR_DATA_DIR: join(folder, `data-${crypto.randomUUID()}`),
      ...env,
    },
  });

/** One clear line on standard error, exit code 1, within seconds. */
const expectOneLine = async (result: CommandResult, says: RegExp): Promise<void> => {
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(says)]);
  expect(result.seconds).toBeLessThan(8 + (await machineSlackMs()) / 1000);
};

describe("a daemon that cannot start", () => {
  describe("beside another", () => {
    let other: Daemon;
    beforeAll(async () => {
      other = await startDaemon();
    });
    afterAll(() => other.stop());

    it("says that its port is taken by another daemon", async () => {
      await expectOneLine(
        await serve({ EXECUTOR_PORT: String(other.port) }),
        new RegExp(`^Port ${other.port} is in use.*another daemon.*--port or EXECUTOR_PORT`),
      );
    });

    it("says that its data directory is in use", async () => {
      await expectOneLine(
        await serve({ EXECUTOR_DATA_DIR: other.dataDirectory }),
        /in use by another daemon.*EXECUTOR_DATA_DIR/,
      );
    });

    it("leaves the other as it was", async () => {
      expect((await runCode(other, "return 1", 5_000)).status).toBe("completed");
      expect(other.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
    });
  });

  it("says that its port is taken by any server", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("Hi") });
    try {
      const taken = new RegExp(`^Port ${server.port} is in use`);
      await expectOneLine(await serve({ EXECUTOR_PORT: String(server.port) }), taken);
      await expectOneLine(await serve({}, "--port", String(server.port)), taken);
    } finally {
      await server.stop(true);
    }
  });

  it("says that its data directory cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expectOneLine(
      await serve({ EXECUTOR_DATA_DIR: join(file, "data") }),
      /data directory .*file\/data cannot be made.*EXECUTOR_DATA_DIR/,
    );
  });

  it("says that its database cannot be opened", async () => {
    const directory = join(folder, "directory");
    await mkdir(join(directory, "executor.db"), { recursive: true });
    await expectOneLine(
      await serve({ EXECUTOR_DATA_DIR: directory }),
      /database .*executor\.db cannot be written.*EXECUTOR_DATA_DIR/,
    );
  });

  it("says that its database is no database", async () => {
    const directory = join(folder, "garbage");
    await mkdir(directory);
    const text = "This is not SQLite.\n".repeat(1000);
    await writeFile(join(directory, "executor.db"), text, { mode: 0o600 });
    await expectOneLine(
      await serve({ EXECUTOR_DATA_DIR: directory }),
      /executor\.db is corrupt.*Restore it from a backup/,
    );
  });

  it.each([
    { name: "cut in half", damage: (file: string, size: number) => truncate(file, size / 2) },
    {
      name: "overwritten in its middle",
      damage: async (file: string, size: number) => {
        const bytes = await readFile(file);
        bytes.fill(0x5a, Math.floor(size / 3), Math.floor(size / 3) * 2);
        await writeFile(file, bytes);
      },
    },
  ])("says that its database is corrupt: $name", async ({ name, damage }) => {
    const dataDirectory = join(folder, name.replaceAll(" ", "-"));
    const before = await startDaemon({ dataDirectory });
    await apiClient(before).addSource({
      namespace: "pets",
      kind: "openapi",
      document: petsDocument(...Array.from({ length: 300 }, (_, index) => `operation${index}`)),
    });
    await before.stop();
    const file = join(dataDirectory, "executor.db");
    await damage(file, (await readFile(file)).length);
    await expectOneLine(
      await serve({ EXECUTOR_DATA_DIR: dataDirectory }),
      /executor\.db is corrupt.*Restore it from a backup/,
    );
  });

  it.each([
    ["EXECUTOR_APPROVAL_TIMEOUT", "soon", /^EXECUTOR_APPROVAL_TIMEOUT holds no time.*milliseconds/],
    ["EXECUTOR_METRICS_MAX_SERIES", "0", /^EXECUTOR_METRICS_MAX_SERIES holds no number.*1 or more/],
    ["EXECUTOR_METRICS_MAX_SERIES_PER_METRIC", "a=1", /^EXECUTOR_METRICS_MAX_SERIES_PER_METRIC /],
    ["EXECUTOR_LOG_FORMAT", "xml", /^EXECUTOR_LOG_FORMAT holds no format.*text or json/],
    ["EXECUTOR_SECRET_KEY", "hidden", /^EXECUTOR_SECRET_KEY is no encryption key(?!.*hidden)/],
  ])("says what %s has to be", async (name, wrong, says) => {
    await expectOneLine(await serve({ [name]: wrong }), says);
  });

  it.each(["abc", "70000"])("says that %s is not a port", async (port) => {
    const result = await serve({ EXECUTOR_PORT: port });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/port/i);
    expect(result.stderr.trimEnd().split("\n").length).toBeLessThan(4);
  });
});

describe("a daemon that is told to stop", () => {
  const waiting = "await new Promise(() => {})";

  const untilRunning = async (daemon: Daemon): Promise<void> => {
    const { counted } = apiClient(daemon);
    await until("an execution runs", async () => (await counted("executor_execution_active")) > 0);
  };

  it("answers what is under way, and ends with 0", async () => {
    const daemon = await startDaemon();
    const running = runCode(daemon, waiting, 1_500);
    await untilRunning(daemon);
    const told = performance.now();
    daemon.kill("SIGTERM");
    expect(await running).toMatchObject({ status: "timeout" });
    expect(await daemon.exited).toBe(0);
    const tookMs = performance.now() - told;
    expect(tookMs).toBeLessThan(5_000 + (await machineSlackMs()));
    await daemon.stop();
  });

  it("takes nothing new meanwhile", async () => {
    const daemon = await startDaemon();
    const running = runCode(daemon, waiting, 1_500);
    await untilRunning(daemon);
    daemon.kill("SIGTERM");
    await sleep(300);
    await expect(
      fetch(`${daemon.url}/api/health`, { headers: { connection: "close" } }),
    ).rejects.toThrow(/connect/i);
    await running;
    expect(await daemon.exited).toBe(0);
    await daemon.stop();
  });

  it("cancels what does not end in time, and has recorded it when it starts again", async () => {
    const first = await startDaemon();
    const running = runCode(first, waiting, 20_000).then(
      ({ status }) => status,
      () => "cut off",
    );
    await untilRunning(first);
    const told = performance.now();
    first.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    const tookMs = performance.now() - told;
    expect(tookMs).toBeLessThan(9_000 + (await machineSlackMs()));
    expect(["cancelled", "cut off"]).toContain(await running);

    const second = await startDaemon({ dataDirectory: first.dataDirectory });
    const history = (await second.request("GET", "/api/executions")).json();
    expect(history).toEqual([expect.objectContaining({ status: "cancelled", trigger: "api" })]);
    const [{ id } = { id: "" }] = Schema.decodeUnknownSync(
      Schema.Array(Schema.Struct({ id: Schema.String })),
    )(history);
    expect(await apiClient(second).execution(id)).toMatchObject({
      error: { name: "Cancelled" },
      output: null,
    });
    await second.stop();
    await first.stop();
  });

  it("ends at once where nothing is under way", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const daemon = await startDaemon();
      const told = performance.now();
      daemon.kill(signal);
      await daemon.exited;
      const tookMs = performance.now() - told;
      expect(tookMs).toBeLessThan(3_000 + (await machineSlackMs()));
      expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)|Error/);
      await daemon.stop();
    }
  });
});

describe("a running daemon", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const counted = (name: string, labels: Record<string, string>) =>
    apiClient(daemon).counted(name, labels);

  /** Below `fetch`, which decides on `Host` itself. */
  const ask = (
    path: string,
    headers: Record<string, string>,
  ): Promise<{ readonly status: number; readonly body: string }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: "127.0.0.1", port: daemon.port, path, headers },
        (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (text: string) => {
            body += text;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        },
      );
      sent.on("error", reject);
      sent.end();
    });

  it("refuses requests that name another host, or that another site's page sends, and counts them", async () => {
    const attempts = [
      { path: "/api/sources", headers: { host: "evil.example" } },
      { path: "/api/sources", headers: { host: `evil.example:${daemon.port}` } },
      { path: "/api/sources", headers: { host: `127.0.0.1.evil.example:${daemon.port}` } },
      { path: "/api/sources", headers: { origin: "http://evil.example" } },
      { path: "/api/sources", headers: { origin: "null" } },
      { path: "/api/sources", headers: { origin: `http://localhost:${daemon.port + 1}` } },
      { path: "/api/docs", headers: { host: "evil.example" } },
      { path: "/api/none", headers: { host: "evil.example" } },
      { path: "/api/metrics", headers: { host: "evil.example" } },
      { path: "/api/metrics", headers: { origin: "https://evil.example" } },
    ];
    for (const { path, headers } of attempts) {
      const { status, body } = await ask(path, headers);
      expect({ path, headers, status, body: JSON.parse(body) }).toEqual({
        path,
        headers,
        status: 403,
        body: { _tag: "Forbidden", message: expect.stringMatching(/Host header|Web pages/) },
      });
    }
    const refused = (surface: string) =>
      counted("executor_auth_attempts_total", { surface, outcome: "refused" });
    expect(await refused("api")).toBe(8);
    expect(await refused("metrics")).toBe(2);
    expect(
      await counted("http_server_request_duration_seconds_count", {
        http_response_status_code: "403",
      }),
    ).toBe(10);
    expect(await apiClient(daemon).metrics()).not.toContain("evil");
  });

  it("lets in what comes from this machine", async () => {
    for (const headers of [
      { host: `localhost:${daemon.port}` },
      { host: `127.0.0.1:${daemon.port}` },
      { host: `[::1]:${daemon.port}` },
      { host: `localhost:${daemon.port}`, origin: `http://localhost:${daemon.port}` },
    ]) {
      expect({ headers, ...(await ask("/api/health", headers)) }).toMatchObject({ status: 200 });
    }
  });

  it("describes itself", async () => {
    const description = await daemon.request("GET", "/api/openapi.json");
    expect(description.status).toBe(200);
    expect(description.json()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
      info: { title: "Executor" },
      paths: {
        "/api/sources": { get: {}, post: {} },
        "/api/executions": { get: {}, post: {} },
        "/api/metrics": { get: {} },
      },
    });
    const page = await daemon.request("GET", "/api/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toMatch(/text\/html/);
    expect(page.text).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
  });

  it("can be added to itself by its own description", async () => {
    const description = await daemon.request("GET", "/api/openapi.json");
    const source = await apiClient(daemon).addSource({
      namespace: "self",
      kind: "openapi",
      document: description.text,
      baseUrl: daemon.url,
    });
    expect(source.toolCount).toBeGreaterThan(10);
    const run = await runCode(daemon, "return (await tools.self.health.health({})).status", 5_000);
    expect(run).toMatchObject({ status: "completed", output: { value: "ok" } });
  });

  describe("executor run", () => {
    const run = (file: string, stdin?: string, port = daemon.port) =>
      runExecutor(["run", "--port", String(port), file], stdin === undefined ? {} : { stdin });

    it("runs a file: the result on standard output, the console on standard error", async () => {
      const file = join(folder, "code.ts");
      await writeFile(
        file,
        `
          console.log("looking");
          const found: Array<{ path: string }> = await tools.search({ query: "list sources" });
          return { first: found[0].path };
        `,
      );
      const result = await run(file);
      expect({ ...result, stdout: JSON.parse(result.stdout) }).toMatchObject({
        code: 0,
        stdout: { first: "executor.sources.list" },
        stderr: "[log] looking\n",
      });
    });

    it("runs standard input", async () => {
      expect(await run("-", "return 6 * 7")).toMatchObject({ code: 0, stdout: "42\n", stderr: "" });
      expect(await counted("executor_executions_total", { trigger: "cli" })).toBe(2);
    });

    it("fails where the code fails", async () => {
      const result = await run("-", 'throw new TypeError("no such luck")');
      expect(result).toMatchObject({ code: 1, stdout: "" });
      expect(result.stderr).toContain("TypeError: no such luck");
      expect((await run("-", "return (")).code).toBe(1);
    });

    it("fails where there is no such file", async () => {
      await expectOneLine(await run(join(folder, "none.ts")), /none\.ts cannot be read/);
    });

    it("fails where no daemon answers, and says how to start one", async () => {
      await expectOneLine(
        await run("-", "return 1", await freePort()),
        /^No daemon answers on port \d+\. Start one with: executor serve$/,
      );
    });

    it("fails where something else answers", async () => {
      const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("Hi") });
      try {
        const result = await run("-", "return 1", server.port);
        expect(result).toMatchObject({ code: 1, stdout: "" });
        expect(result.stderr.trim()).not.toBe("");
      } finally {
        await server.stop(true);
      }
    });
  });
});
