import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectFailure } from "../support/cli/cli.ts";
import { runExecutor } from "../support/cli/command.ts";
import { freePort } from "@executor/testing";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "executor-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the command line", () => {
  const commands = [
    ["sources", "add", "https://x.example/openapi.json"],
    ["sources", "list"],
    ["sources", "refresh", "x"],
    ["sources", "remove", "x"],
    ["sources", "show", "x"],
    ["sources", "edit", "x", "--enable"],
    ["sources", "review", "x"],
    ["tools", "search", "x"],
    ["tools", "describe", "x.y"],
    ["call", "x.y"],
    ["run", "-"],
    ["resume", "exec_0", "--accept"],
    ["executions", "list"],
    ["executions", "show", "exec_0"],
    ["metrics"],
    ["policies", "list"],
    ["policies", "set", "x.*", "block"],
    ["policies", "remove", "x.*"],
    ["secrets", "list"],
    ["secrets", "remove", "x"],
  ];
  it.each(commands)("says how to start a daemon: %s %s", async (...args) => {
    const port = String(await freePort());
    const result = await runExecutor(args, { env: { EXECUTOR_PORT: port } });
    expectFailure(
      result,
      1,
      new RegExp(`^No daemon answers on port ${port}\\. Start one with: executor serve$`),
    );
  });

  it.each(["x", "0", "70000", "1.5"])("refuses %s as a port", async (port) => {
    expectFailure(await runExecutor(["sources", "list", "--port", port]), 2, /port|integer/);
    const result = await runExecutor(["sources", "list"], { env: { EXECUTOR_PORT: port } });
    expectFailure(result, 1, /^EXECUTOR_PORT holds no port: it is a number from 1 to 65535\.$/);
  });

  it("explains that another program answers", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("Hi") });
    const result = await runExecutor(["sources", "list", "--port", String(server.port)]);
    await server.stop(true);
    expectFailure(
      result,
      1,
      /^The process on port \d+ is not an Executor daemon of this version\..*--port/,
    );
  });

  it("lists the commands", async () => {
    const { code, stdout } = await runExecutor([]);
    expect(code).toBe(0);
    for (const command of commands) {
      const name = command.slice(
        0,
        ["call", "run", "resume", "metrics"].includes(command[0] ?? "") ? 1 : 2,
      );
      expect(stdout).toMatch(new RegExp(`^  executor ${name.join(" ")} +\\S`, "m"));
    }
    const group = await runExecutor(["sources", "--help"]);
    expect(group.stdout).toContain("  executor sources add ");
    expect(group.stdout).not.toContain("policies");
    const page = (await runExecutor(["tools", "search", "x", "--help"])).stdout;
    expect(page).toContain("--namespace");
    expect(page).toContain("$ executor tools search [--namespace text]");
  });

  it("does not colour output to a file", async () => {
    const results = [
      await runExecutor(["run", "--help"]),
      await runExecutor(["nope"]),
      await runExecutor(["run"]),
    ];
    expect(results.map(({ code }) => code)).toEqual([0, 2, 2]);
    expect(results.map(({ stdout, stderr }) => stdout + stderr).join("")).not.toContain("\u001b");
  });

  it("completes commands and options in bash", async () => {
    const script = join(folder, "completions.bash");
    await writeFile(script, (await runExecutor(["--completions", "bash"])).stdout);
    const complete = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
      const shell = Bun.spawnSync([
        "bash",
        "-c",
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _executor_bash_completions "$1"; echo "${COMPREPLY[@]}"',
        "bash",
        script,
        ...words,
      ]);
      return shell.stdout.toString().trim().split(" ");
    };
    expect(complete("executor", "so")).toEqual(["sources"]);
    expect(complete("executor", "sources", "re")).toEqual(["refresh", "remove", "review"]);
    expect(complete("executor", "sources", "add", "--he")).toEqual(["--header", "--help"]);
    expect(complete("executor", "sources", "add", "--kind", "")).toEqual([
      "openapi",
      "mcp",
      "graphql",
    ]);
  });
});
