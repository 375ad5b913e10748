import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { echoDocument, startEchoUpstream } from "../support/upstreams/echo.ts";
import type { EchoUpstream } from "../support/upstreams/echo.ts";

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString("base64");

describe("the data directory", () => {
  let dataDirectory: string;
  let upstream: EchoUpstream;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), "executor-data-"));
    upstream = startEchoUpstream();
  });
  afterEach(async () => {
    await upstream.stop();
    await rm(dataDirectory, { recursive: true });
  });

  const withDaemon = async <A>(
    use: (daemon: Daemon) => Promise<A>,
    env: Record<string, string> = {},
  ): Promise<A> => {
    const daemon = await startDaemon({ dataDirectory, env });
    try {
      return await use(daemon);
    } finally {
      await daemon.stop();
    }
  };

  const modes = async (): Promise<Record<string, string>> => {
    const files = await readdir(dataDirectory);
    const found = await Promise.all(files.map((file) => stat(join(dataDirectory, file))));
    return Object.fromEntries(
      files.map((file, index) => [file, ((found[index]?.mode ?? 0) & 0o777).toString(8)]),
    );
  };

  /** Adds a source whose header holds a secret. */
  const addSource = async (daemon: Daemon): Promise<void> => {
    const secret = { value: "hunter2-value", origins: [upstream.origin] };
    await daemon.request("PUT", "/api/secrets/token", secret);
    const added = await daemon.request("POST", "/api/sources", {
      namespace: "echo",
      kind: "openapi",
      document: echoDocument(upstream.origin),
      headers: { "X-Token": { secret: "token" } },
    });
    expect(added.status).toBe(201);
  };

  /** Calls the source, which receives the secret. */
  const callSource = async (daemon: Daemon): Promise<void> => {
    const code = "await tools.echo.headers({})";
    const run = await daemon.request("POST", "/api/executions", { code });
    expect(run.json()).toMatchObject({ status: "completed" });
    expect(upstream.arrivals().at(-1)?.headers["x-token"]).toBe("hunter2-value");
  };

  const rotate = (env: Record<string, string> = {}) =>
    runExecutor(["secrets", "rotate-key"], {
      env: { EXECUTOR_DATA_DIR: dataDirectory, ...env },
    });

  const keyFile = () => join(dataDirectory, "secret.key");

  it("has files for their owner alone, whatever the directory's mode is", async () => {
    await chmod(dataDirectory, 0o755);
    await withDaemon(async (daemon) => {
      await addSource(daemon);
      const found = await modes();
      expect(Object.keys(found)).toEqual(expect.arrayContaining(["executor.db", "secret.key"]));
      expect(new Set(Object.values(found))).toEqual(new Set(["600"]));
      expect(daemon.log()).not.toContain("Others could read");
    });
  });

  it("closes files that others could read, and tells of each", async () => {
    await withDaemon(addSource);
    await writeFile(join(dataDirectory, "backup.db"), "copied");
    for (const file of await readdir(dataDirectory)) {
      await chmod(join(dataDirectory, file), file === "secret.key" ? 0o640 : 0o644);
    }
    await withDaemon(async (daemon) => {
      expect(new Set(Object.values(await modes()))).toEqual(new Set(["600"]));
      for (const file of ["executor.db", "secret.key", "backup.db"]) {
        expect(daemon.log()).toContain(`Others could read ${join(dataDirectory, file)}.`);
      }
      await callSource(daemon);
    });
  });

  it("is sealed with another key by a command, and the former key opens nothing any more", async () => {
    await withDaemon(addSource);
    const former = await readFile(keyFile(), "utf8");
    const sealed = await readFile(join(dataDirectory, "executor.db"), "latin1");
    const rotated = await rotate();
    expect(rotated).toMatchObject({ code: 0, stderr: "" });
    expect(rotated.stdout).toMatch(/^Sealed 1 secrets and the settings of \d sources/);
    expect(await readFile(keyFile(), "utf8")).not.toBe(former);
    expect(new Set(Object.values(await modes()))).toEqual(new Set(["600"]));
    await withDaemon(callSource);
    // Nothing that the former key opens is left.
    const now = await readFile(join(dataDirectory, "executor.db"), "latin1");
    const texts = sealed.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? [];
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.filter((text) => now.includes(text))).toEqual([]);
    await writeFile(keyFile(), former);
    await expect(withDaemon(callSource)).rejects.toThrow(/not the one that the database was/);
  });

  it("keeps its key where it is in use, and where no new one is given beside a variable", async () => {
    await withDaemon(async (daemon) => {
      await addSource(daemon);
      const rotated = await rotate();
      expect(rotated.code).toBe(1);
      expect(rotated.stderr).toContain("is in use by another daemon");
      await callSource(daemon);
    });
    expect(Object.keys(await modes())).not.toContain("secret.key.next");
    const key = { EXECUTOR_SECRET_KEY: (await readFile(keyFile(), "utf8")).trim() };
    for (const [env, problem] of [
      [key, /EXECUTOR_NEW_SECRET_KEY/],
      [
        { ...key, EXECUTOR_NEW_SECRET_KEY: "short" },
        /EXECUTOR_NEW_SECRET_KEY is no encryption key/,
      ],
      [{ EXECUTOR_SECRET_KEY: keyOf(9), EXECUTOR_NEW_SECRET_KEY: keyOf(1) }, /is not the one/],
    ] as const) {
      const refused = await rotate(env);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(problem)]);
    }
    const next = { EXECUTOR_NEW_SECRET_KEY: keyOf(7) };
    const rotated = await rotate({ ...key, ...next });
    expect(rotated.stdout).toContain("Start the daemon with it as EXECUTOR_SECRET_KEY.");
    await withDaemon(callSource, { EXECUTOR_SECRET_KEY: keyOf(7) });
  });

  it("opens with the right key where a rotation ended before or after it was stored", async () => {
    await withDaemon(addSource);
    const former = join(dataDirectory, "former");
    await copyFile(keyFile(), former);
    // The new key was written, and nothing sealed with it.
    await writeFile(`${keyFile()}.next`, `${keyOf(3)}\n`);
    await withDaemon(callSource);
    expect(Object.keys(await modes())).not.toContain("secret.key.next");
    // Everything was sealed, and the key file not yet replaced.
    expect((await rotate({ EXECUTOR_NEW_SECRET_KEY: keyOf(3) })).code).toBe(0);
    await copyFile(keyFile(), `${keyFile()}.next`);
    await copyFile(former, keyFile());
    await withDaemon(callSource);
    expect((await readFile(keyFile(), "utf8")).trim()).toBe(keyOf(3));
  });
});
