import { describe, expect, it } from "@effect/vitest";
import { Namespace, NewSource, SecretName } from "@executor/sdk/schemas";
import { Schema } from "effect";
import fc from "fast-check";
import { isRecord, readClientFile, workspaceOf } from "../../../src/commands/import/client-file.ts";
import {
  type EntryContext,
  type EntryPlan,
  planEntry,
} from "../../../src/commands/import/entry.ts";
import type { Placeholder } from "../../../src/commands/import/placeholders.ts";

const known: Readonly<Record<string, string>> = {
  "env:GITHUB_TOKEN": "ghp_fromTheEnvironment",
  "env:LEVEL": "debug",
  "input:key": "typed-by-a-person",
};

const context = (more: Partial<EntryContext> = {}): EntryContext => ({
  paths: { workspace: "/projects/app", home: "/users/ada" },
  lookup: ({ kind, name }: Placeholder) => known[`${kind}:${name}`],
  namespaces: new Set(),
  secretNames: new Set(),
  daemonPort: 4788,
  ...more,
});

/** The plans of a file's servers, one after another as the command makes them. */
const plansOf = (text: string, isToml = false): ReadonlyArray<EntryPlan> => {
  const file = readClientFile(text, isToml);
  if (typeof file === "string") throw new Error(file);
  const namespaces = new Set<string>();
  const secretNames = new Set<string>();
  return file.entries.map((entry) => {
    const plan = planEntry(entry, context({ namespaces, secretNames }));
    if (plan.outcome === "add") {
      namespaces.add(plan.namespace);
      for (const { name } of plan.secrets) secretNames.add(name);
    }
    return plan;
  });
};

describe("a client's file", () => {
  it("of Claude Desktop gives programs, with secrets in place of credentials", () => {
    const [plan] = plansOf(`{
      // comments and a trailing comma
      "mcpServers": {
        "GitHub (work)": {
          "command": "npx",
          "args": ["-y", "@modelcontextprotocol/server-github"],
          "env": { "GITHUB_TOKEN": "ghp_1", "LOG": "debug", "DB": "postgres://ada:pw@db/app", },
        },
      },
    }`);
    expect(plan).toEqual({
      outcome: "add",
      namespace: "github_work",
      place: "the program npx",
      url: "stdio:npx",
      origin: "stdio:npx",
      settings: {
        command: "npx",
        args: ["-y", "@modelcontextprotocol/server-github"],
        env: {
          GITHUB_TOKEN: { secret: "github_work-github_token" },
          LOG: "debug",
          DB: { secret: "github_work-db" },
        },
        cwd: "/projects/app",
      },
      secrets: [
        { name: "github_work-github_token", value: "ghp_1" },
        { name: "github_work-db", value: "postgres://ada:pw@db/app" },
      ],
      notes: [],
    });
  });

  it("of VS Code gives servers, with what was typed as secrets after their words", () => {
    const [remote, local] = plansOf(
      JSON.stringify({
        inputs: [{ type: "promptString", id: "key", description: "API key", password: true }],
        servers: {
          remote: {
            type: "http",
            url: "https://mcp.example.com/mcp?a=1",
            headers: { Authorization: "Bearer ${input:key}", "X-Level": "${env:LEVEL}" },
          },
          local: {
            type: "stdio",
            command: "${workspaceFolder}/server",
            args: ["--level", "${env:LEVEL}", "${input:key}"],
            envFile: ".env",
          },
        },
      }),
    );
    expect(remote).toMatchObject({
      place: "https://mcp.example.com/mcp",
      origin: "https://mcp.example.com",
      settings: {
        transport: "http",
        headers: {
          Authorization: { secret: "remote-authorization", prefix: "Bearer " },
          "X-Level": "debug",
        },
      },
      secrets: [{ name: "remote-authorization", value: "typed-by-a-person" }],
    });
    expect(local).toMatchObject({
      settings: {
        command: "/projects/app/server",
        args: ["--level", "debug", "typed-by-a-person"],
      },
      notes: [
        expect.stringContaining("in an argument is kept with the source's settings"),
        "Not imported of it: envFile.",
      ],
    });
  });

  it("tells what remains open of credentials in arguments and URLs, and shows none of them", () => {
    const token = "NzVjYWJjZGVmMTIzNDU2Nzg5MGFiY2Rl";
    const plans = plansOf(
      JSON.stringify({
        mcpServers: {
          args: { command: "x", args: ["--api-key", "short"], env: { DSN: "h", PATH: "/bin" } },
          named: { url: "https://a.example/${GITHUB_TOKEN}/mcp" },
          literal: { url: `https://a.example/s/${token}/mcp` },
          query: { url: "https://a.example/mcp?key=abc" },
          plain: { url: "https://a.example/v1/mcp?level=1" },
        },
      }),
    );
    const inPath = expect.stringContaining("in the path of the URL is kept as a part of it, not");
    expect(plans).toMatchObject([
      {
        settings: { env: { DSN: { secret: "args-dsn" }, PATH: "/bin" } },
        notes: [expect.stringContaining("in an argument is kept with the source's settings")],
      },
      { place: "https://a.example/${env:GITHUB_TOKEN}/mcp", notes: [inPath] },
      { place: "https://a.example/s/NzVj…/mcp", notes: [inPath] },
      {
        notes: [
          expect.stringContaining("in the URL is kept with the source's settings, encrypted"),
        ],
      },
      { notes: [] },
    ]);
  });

  it("of Codex is TOML, and names variables for its headers", () => {
    const plans = plansOf(
      `[mcp_servers.docs]
url = "https://docs.example.com/mcp"
bearer_token_env_var = "GITHUB_TOKEN"
tool_timeout_sec = 90
[mcp_servers.docs.env_http_headers]
"X-Level" = "LEVEL"
[mcp_servers.off]
command = "x"
enabled = false`,
      true,
    );
    expect(plans).toMatchObject([
      {
        settings: {
          headers: { Authorization: { secret: "docs-authorization" }, "X-Level": "debug" },
          timeoutMs: 90_000,
        },
      },
      { outcome: "skip", reason: "the file has it disabled" },
    ]);
  });

  it("of other clients spells addresses, transports and timeouts in its own way", () => {
    expect(
      plansOf(
        JSON.stringify({
          mcpServers: {
            windsurf: { serverUrl: "https://a.example/sse", type: "sse", alwaysAllow: ["x"] },
            gemini: { httpUrl: "https://b.example/mcp", timeout: 20_000 },
            cline: { command: "uvx", args: ["x"], timeout: 20, disabled: false },
            off: { command: "uvx", disabled: true },
            socket: { type: "ws", url: "wss://c.example" },
            file: { url: "ftp://d.example" },
            user: { url: "https://ada:pw@d.example/mcp" },
            nothing: {},
            text: "npx",
          },
        }),
      ),
    ).toMatchObject([
      { settings: { transport: "sse" }, notes: ["Not imported of it: alwaysAllow."] },
      { settings: { url: "https://b.example/mcp", timeoutMs: 20_000 } },
      { settings: { timeoutMs: 20_000 }, notes: [] },
      { outcome: "skip" },
      { outcome: "skip", reason: "Executor does not speak its transport" },
      { outcome: "skip", reason: "its URL is none of HTTP" },
      { outcome: "skip", reason: expect.stringContaining("holds a user name or password") },
      { outcome: "skip", reason: "it has neither a command nor a URL" },
      { outcome: "skip", reason: "it is no object" },
    ]);
  });

  it("may name Executor itself, which is no source of its own", () => {
    const itself = [
      { url: "http://127.0.0.1:4788/mcp" },
      { url: "http://localhost:4788/mcp/triage" },
      { command: "executor", args: ["mcp"] },
      { command: "npx", args: ["-y", "bun@1.4.5", "/x/apps/local/src/main.ts", "mcp"] },
    ];
    const others = [{ url: "http://127.0.0.1:4799/mcp" }, { command: "executor", args: ["mcpx"] }];
    for (const [servers, outcome] of [
      [itself, "skip"],
      [others, "add"],
    ] as const) {
      for (const plan of plansOf(JSON.stringify({ mcpServers: { ...servers } }))) {
        expect(plan.outcome).toBe(outcome);
      }
    }
  });

  it("tells which values are missing, and takes the ones it falls back on", () => {
    const env = { A: "${env:NOBODY_SET_THIS}", B: "${NOR_THIS:-plain}", C: "$HOME ${HOME}" };
    expect(plansOf(JSON.stringify({ mcpServers: { a: { command: "x", env } } }))).toEqual([
      {
        outcome: "missing",
        missing: [{ kind: "env", name: "NOBODY_SET_THIS", fallback: undefined }],
      },
    ]);
    const { A: _, ...others } = env;
    expect(
      plansOf(JSON.stringify({ mcpServers: { a: { command: "x", env: others } } })),
    ).toMatchObject([{ settings: { env: { B: "plain", C: "$HOME /users/ada" } } }]);
  });

  it("has servers in each project, or none", () => {
    const nested = { projects: { "/a": { mcpServers: { x: { command: "x" } } }, "/b": {} } };
    expect(plansOf(JSON.stringify(nested))).toHaveLength(1);
    expect(plansOf(JSON.stringify({ mcp: { servers: { x: { command: "x" } } } }))).toHaveLength(1);
    expect(readClientFile("{}", false)).toMatch(/no MCP servers/);
    expect(readClientFile("<html>", false)).toMatch(/no JSON/);
    expect(workspaceOf("/projects/app/.vscode/mcp.json")).toBe("/projects/app");
    expect(workspaceOf("/projects/app/.mcp.json")).toBe("/projects/app");
  });
});

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "${env:GITHUB_TOKEN}",
    "Bearer ${input:key}",
    "a ${LEVEL} b",
    "${workspaceFolder}/x",
  ),
);
const nameOfEntry = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.constantFrom("a", "A", "a!", "search", "executor", "constructor", "__proto__", "9 lives", "ä"),
);
const values = fc.dictionary(
  fc.constantFrom("API_KEY", "TOKEN", "LOG", "X-Auth", "N"),
  fc.oneof(text, scalar),
);
const server = fc.oneof(
  fc.record(
    {
      command: text,
      args: fc.array(fc.oneof(text, scalar), { maxLength: 4 }),
      env: values,
      cwd: text,
    },
    { requiredKeys: ["command"] },
  ),
  fc.record(
    { url: fc.webUrl(), headers: values, type: fc.constantFrom("http", "sse", "streamable-http") },
    { requiredKeys: ["url"] },
  ),
  fc.jsonValue(),
);
const clientFile = fc
  .array(fc.tuple(nameOfEntry, server), { maxLength: 12 })
  .map((servers) => Object.fromEntries(servers));

/** JSON as people write it into such files. */
const loosely = (value: unknown): string =>
  `\ufeff// by hand\n${JSON.stringify(value, null, 2)
    .replaceAll(/([}\]])$/gm, "$1 /* end */")
    .replace(/\}( \/\* end \*\/)?$/, ",}")}`;

const entriesOf = (value: unknown) => Object.entries(isRecord(value) ? value : {});

const credentialNames = /key|token|auth/i;

describe("any file", () => {
  it("gives a plan for each of its servers, with names of their own and no credential in the settings", () => {
    fc.assert(
      fc.property(clientFile, (mcpServers) => {
        const plans = plansOf(JSON.stringify({ mcpServers }));
        expect(plans).toHaveLength(Object.keys(mcpServers).length);
        const added = plans.filter((plan) => plan.outcome === "add");
        const namespaces = added.map(({ namespace }) => namespace);
        const secrets = added.flatMap((plan) => plan.secrets.map(({ name }) => name));
        expect(new Set(namespaces).size).toBe(namespaces.length);
        expect(new Set(secrets).size).toBe(secrets.length);
        expect(namespaces.every(Schema.is(Namespace))).toBe(true);
        expect(secrets.every(Schema.is(SecretName))).toBe(true);
        const open = added.flatMap(({ settings }) =>
          ["env", "headers"]
            .flatMap((field) => entriesOf(settings[field]))
            .filter(
              ([name, value]) =>
                credentialNames.test(name) && typeof value === "string" && value !== "",
            ),
        );
        expect(open).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("is read with comments and trailing commas as without", () => {
    fc.assert(
      fc.property(clientFile, (mcpServers) => {
        const strict = readClientFile(JSON.stringify({ mcpServers }), false);
        expect(readClientFile(loosely({ mcpServers, inputs: [] }), false)).toEqual(strict);
      }),
    );
  });

  it("is refused with a sentence or read, whatever it holds", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (anything, isToml) => {
        const read = readClientFile(anything, isToml);
        expect(typeof read === "string" ? read.length : read.entries.length).toBeGreaterThanOrEqual(
          0,
        );
      }),
    );
  });

  it("gives settings that the daemon takes, for servers of a right shape", () => {
    const right = fc.record({
      command: fc.constantFrom("npx", "uvx", "/usr/bin/x"),
      args: fc.array(fc.string()),
      env: fc.dictionary(fc.constantFrom("A_KEY", "LOG"), fc.string()),
    });
    fc.assert(
      fc.property(nameOfEntry, right, (name, value) => {
        const plan = planEntry({ name, value }, context());
        if (plan.outcome !== "add") return;
        const source = { ...plan.settings, namespace: plan.namespace, kind: "mcp" };
        expect(Schema.decodeUnknownEither(NewSource)(source)).toMatchObject({ _tag: "Right" });
      }),
    );
  });
});
