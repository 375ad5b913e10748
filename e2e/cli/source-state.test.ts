import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure, expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";
import { everythingProgram, startEverything } from "../support/upstreams/everything.ts";

const { executor, api, folder, stop } = await startCliShop();
afterAll(stop);

const { command, args } = everythingProgram();
const token = join(folder, "token");

/** A shell script that becomes the reference server after what comes first. */
const script = (first: string) => [
  "--command",
  "sh",
  ...["-c", `${first}; exec "$0" "$@"`, command, ...args].flatMap((word) => ["--arg", word]),
];

/** Fails with a sequence that sets a terminal's title, until a file is there. Each name is another program. */
const failing = (name: string) =>
  script(
    `: ${name}; test -f ${token} || { printf '\\033]0;owned\\007There is no token yet.' >&2; exit 7; }`,
  );

const untilReady = (namespace: string) =>
  until(`${namespace} is ready`, async () =>
    JSON.stringify(await api(`/sources/${namespace}`)).includes('"status":"ready"'),
  );

describe("a server that cannot be asked yet", () => {
  it("is added, told to be not ready without what its program does to terminals, and read later", async () => {
    await rm(token, { force: true });
    const added = await executor(["sources", "add", "--namespace", "later", ...failing("later")]);
    expect(added).toMatchObject({ code: 4, stderr: "" });
    expect(added.stdout).toMatch(/^Added later: later, 0 tools\.\nIt is not ready: unreachable/);
    expect(added.stdout).toMatch(
      /exit code 7.*There is no token yet\.\nIt is read again by itself/,
    );
    expect(JSON.stringify([added, await api("/sources/later")])).not.toMatch(/\\u001b|\\u0007/);
    expect(expectSuccess(await executor(["sources", "list"]))).toMatch(
      /^later +mcp +unreachable +0 /m,
    );
    const call = await executor(["call", "later.echo", '{"message": "hi"}']);
    expectFailure(call, 1, /tools of later are not known yet \(unreachable\)/);
    await writeFile(token, "");
    await untilReady("later");
    expect(expectSuccess(await executor(["sources", "show", "later"]))).toMatch(
      /^State +ready since .*\nReason +-$/m,
    );
    expectSuccess(await executor(["call", "later.echo", '{"message": "hi"}']));
  });

  it("is read when a tool of it is called", async () => {
    await rm(token, { force: true });
    const added = await executor(["sources", "add", "--namespace", "called", ...failing("called")]);
    expect(added.code).toBe(4);
    // Further failures put the next reading off.
    for (let count = 0; count < 3; count += 1) await executor(["sources", "refresh", "called"]);
    await writeFile(token, "");
    await Bun.sleep(5_000);
    expectSuccess(await executor(["call", "called.echo", '{"message": "hi"}']));
    await untilReady("called");
  });

  it("is not added where nothing tells what it is, and the error says how to", async () => {
    const words = ["sources", "add", "http://127.0.0.1:9/mcp"];
    expectFailure(await executor(words), 1, /could not be reached.*--kind mcp.*--namespace/);
    const kept = await executor([...words, "--kind", "mcp", "--namespace", "nobody"]);
    expect(kept.code).toBe(4);
    expect(kept.stdout).toMatch(/unreachable \(connection_error\)/);
  });

  it("is refused where there is no such program", async () => {
    const words = ["sources", "add", "--namespace", "wrong", "--command", "/no/such/program"];
    expectFailure(await executor(words), 1, /\/no\/such\/program could not be run.*ENOENT/);
    expect(await api("/sources")).not.toContainEqual(
      expect.objectContaining({ namespace: "wrong" }),
    );
  });
});

describe("a server that wants credentials", () => {
  let everything: Awaited<ReturnType<typeof startEverything>>;
  let gate: ReturnType<typeof Bun.serve>;
  beforeAll(async () => {
    everything = await startEverything("streamableHttp");
    gate = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) =>
        request.headers.get("authorization") === "Bearer right"
          ? fetch(everything.url, request)
          : new Response("Who are you?", { status: 401 }),
    });
  });
  afterAll(async () => {
    await gate.stop(true);
    await everything.stop();
  });

  it("is added, and ready as soon as it has them", async () => {
    const origin = `http://127.0.0.1:${gate.port}`;
    const set = (stdin: string) =>
      executor(["secrets", "set", "token", "--origin", origin], { stdin });
    expectSuccess(await set("wrong"));
    const words = ["sources", "add", `${origin}/mcp`, "--kind", "mcp", "--namespace", "signed"];
    const added = await executor([...words, "--header", "Authorization: Bearer secret:token"]);
    expect(added.code).toBe(4);
    expect(added.stdout).toMatch(/It is not ready: needs sign-in \(unauthorized\)\. .*401/);
    expectSuccess(await set("right"));
    await untilReady("signed");
    expect(await api("/sources/signed")).toMatchObject({ lastError: null });
  });
});

describe("a program that starts slowly", () => {
  it("is waited for, with words about it, and is a starting source meanwhile", async () => {
    const adding = executor(["sources", "add", "--namespace", "slow", ...script("sleep 6")]);
    await until("the source is starting", async () =>
      /^slow +mcp +starting/m.test((await executor(["sources", "list"])).stdout),
    );
    const { code, stderr, stdout } = await adding;
    expect(stderr).toMatch(/^Waiting for the program sh -c .* to start and to list its tools/);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Added slow: .*, \d+ tools\.$/m),
    });
  });
});
