import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure, expectJson, expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";
import { keys, runInTerminal } from "../support/cli/terminal.ts";
import { everythingProgram, startEverything } from "../support/upstreams/everything.ts";

const { daemon, executor, api, folder, stop } = await startCliShop();
afterAll(stop);

const program = everythingProgram();
const token = "ghp_0123456789abcdefghij";

let everything: Awaited<ReturnType<typeof startEverything>>;
let gate: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  everything = await startEverything("streamableHttp");
  // Lets those through that send the token.
  gate = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) =>
      request.headers.get("authorization") === `Bearer ${token}`
        ? fetch(everything.url, request)
        : new Response("Who are you?", { status: 401 }),
  });
});
afterAll(async () => {
  await gate.stop(true);
  await everything.stop();
});

const file = async (name: string, content: unknown): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

const importing = (path: string, ...more: ReadonlyArray<string>) =>
  executor(["sources", "import", path, ...more]);

/** A file as a person keeps it for Claude or Cursor. */
const desktop = () =>
  file(
    "claude_desktop_config.json",
    `{
      // my servers
      "mcpServers": {
        "Every Thing": {
          "command": ${JSON.stringify(program.command)},
          "args": ${JSON.stringify(program.args)},
          "env": { "GITHUB_TOKEN": "${token}", "LOG": "debug", },
          "alwaysAllow": ["echo"],
        },
        "remote": {
          "url": "http://127.0.0.1:${gate.port}/mcp",
          "headers": { "Authorization": "Bearer \${env:TEST_TOKEN}" },
        },
        "old\\u001b[31m": { "command": "old", "disabled": true },
      },
    }`,
  );

describe("executor sources import", () => {
  it("tells what it would do, and does nothing", async () => {
    const before = await api("/sources");
    const { code, stdout } = await executor(["sources", "import", await desktop(), "--dry-run"], {
      env: { TEST_TOKEN: token },
    });
    expect({ code, lines: stdout.split("\n") }).toEqual({
      code: 0,
      lines: [
        "Every Thing: would be added as every_thing: the program node.",
        "  Secrets: every_thing-github_token",
        "  Not imported of it: alwaysAllow.",
        `remote: would be added as remote: http://127.0.0.1:${gate.port}/mcp.`,
        "  Secrets: remote-authorization",
        "old[31m: skipped: the file has it disabled.",
        "",
      ],
    });
    expect(await api("/sources")).toEqual(before);
    expect(await api("/secrets")).toEqual([]);
  });

  it("adds the servers, which work, and keeps credentials as secrets", async () => {
    const path = await desktop();
    const { code, stderr, stdout } = await executor(["sources", "import", path], {
      env: { TEST_TOKEN: token },
    });
    expect({ code, stdout: stdout.replaceAll(/\d+ tools/g, "N tools") }).toEqual({
      code: 0,
      stdout: [
        "Every Thing: added as every_thing, N tools.",
        "  Secrets: every_thing-github_token",
        "  Not imported of it: alwaysAllow.",
        "remote: added as remote, N tools.",
        "  Secrets: remote-authorization",
        "old[31m: skipped: the file has it disabled.",
        "",
      ].join("\n"),
    });
    expect(stderr).not.toContain(token);
    expect(await api("/secrets")).toMatchObject([
      { name: "every_thing-github_token", origins: ["stdio:node"], usedBy: ["every_thing"] },
      { name: "remote-authorization", origins: [`http://127.0.0.1:${gate.port}`] },
    ]);
    // The server shows its environment: it has the token, and nobody sees it.
    const env = await executor(["call", "every_thing.getEnv", "{}"]);
    expect(env.stdout).toContain("debug");
    expect(env.stdout).toContain("[redacted]");
    expect(env.stdout).not.toContain(token);
    expectSuccess(await executor(["call", "remote.echo", '{"message": "hi"}']));

    const again = await executor(["sources", "import", path], { env: { TEST_TOKEN: token } });
    expect(again.stdout).toMatch(/^Every Thing: skipped: it is there already as every_thing\.$/m);
    expect(again.stdout).toMatch(/^remote: skipped: it is there already/m);
  });

  it("says which values it lacks, and adds the rest", async () => {
    const path = await file("mcp.json", {
      servers: {
        lacking: { command: "x", env: { KEY: "${input:key}", OTHER: "${env:NOBODY_SET_THIS}" } },
        "not there": { command: "/no/such/program", env: { SECRET: "value of a secret" } },
        search: { ...program, type: "stdio", args: [...program.args, "another"] },
      },
    });
    const result = await importing(path);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/2 of 3 servers could not be imported/);
    expect(result.stdout).toMatch(
      /^lacking: not added: it needs \$\{input:key\}, \$\{env:NOBODY_SET_THIS\}\. Set the variables/m,
    );
    expect(result.stdout).toMatch(/^not there: not added: .*ENOENT/m);
    expect(result.stdout).toMatch(/^search: added as search_2, \d+ tools\.$/m);
    expect(JSON.stringify(await api("/secrets"))).not.toContain("not_there");
  });

  it("asks for values on a terminal, without showing them", async () => {
    const path = await file(".vscode/mcp.json", {
      inputs: [{ id: "key", type: "promptString", description: "The key", password: true }],
      servers: { asked: { ...program, env: { KEY: "${input:key}" } } },
    });
    const words = ["sources", "import", path, "--port", String(daemon.port)];
    const terminal = runInTerminal(words);
    await terminal.until("${input:key} (The key)");
    terminal.type(`typed-value${keys.enter}`);
    await terminal.until("asked: added as asked");
    expect(await terminal.exited).toBe(0);
    expect(terminal.output()).not.toContain("typed-value");
    const env = await executor(["call", "asked.getEnv", "{}"]);
    expect(env.stdout).toContain('"KEY');
  });

  it("imports one server alone, from TOML, and prints JSON for programs", async () => {
    const path = await file(
      "config.toml",
      `[mcp_servers.first]\ncommand = "first"\n[mcp_servers.second]\ncommand = "second"\nenabled = false\n`,
    );
    expect(expectJson(await importing(path, "--only", "second", "--json"))).toEqual([
      {
        entry: "second",
        outcome: "skipped",
        namespace: null,
        message: "skipped: the file has it disabled.",
        secrets: [],
        notes: [],
      },
    ]);
    expectFailure(
      await importing(path, "--only", "third"),
      1,
      /no server third. It has first, second/,
    );
    expectFailure(await importing(await file("x.json", "<html>")), 1, /The file is no JSON/);
    expectFailure(await importing(join(folder, "nothing.json")), 1, /cannot be read/);
  });

  it("lists the files of clients that are there", async () => {
    await file("home/.cursor/mcp.json", { mcpServers: { one: { command: "x" }, two: {} } });
    await file("home/.codex/config.toml", `[mcp_servers.three]\ncommand = "x"`);
    const { code, stderr, stdout } = await executor(["sources", "import"], {
      env: { HOME: join(folder, "home") },
    });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "To add the servers of one: executor sources import FILE\n",
    });
    expect(stdout).toMatch(/^Cursor +\S+home\/\.cursor\/mcp\.json +one, two$/m);
    expect(stdout).toMatch(/^Codex +\S+home\/\.codex\/config\.toml +three$/m);
  });
});
