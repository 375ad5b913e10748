import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectFailure, expectJson, expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";
import { runExecutor } from "../support/cli/command.ts";
import { readSamples, sumOf, until } from "@executor/testing";

const repository = join(import.meta.dirname, "..", "..");

const readIdentified = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }));

const { daemon, shop, folder, document, executor, api, stop } = await startCliShop();
afterAll(stop);
beforeAll(async () => {
  expectSuccess(await executor(["sources", "add", document]));
});

const exposition = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);

describe("executor call and run", () => {
  it("calls a tool with JSON, a file and standard input", async () => {
    const search = ["call", "executor.tools.search"];
    const input = { query: "list the orders", limit: 1 };
    const file = join(folder, "input.json");
    await writeFile(file, JSON.stringify(input));
    const found = [expect.objectContaining({ path: "shop.list" })];
    expect(expectJson(await executor([...search, JSON.stringify(input)]))).toEqual(found);
    expect(expectJson(await executor([...search, `@${file}`]))).toEqual(found);
    expect(expectJson(await executor([...search, "-"], { stdin: JSON.stringify(input) }))).toEqual(
      found,
    );
    expect(expectJson(await executor(["call", "shop.list"]))).toEqual([]);
  });

  it("passes every field of the input as JSON defines it", async () => {
    const result = await executor([
      "call",
      "executor.tools.search",
      '{"__proto__": {"query": "x"}}',
    ]);
    expectFailure(result, 1, /query|__proto__/);
  });

  it("prints the whole execution for programs", async () => {
    const completed = await executor(["run", "-", "--json"], { stdin: "console.log(1); return 2" });
    const execution = expectJson(completed);
    expect(execution).toMatchObject({
      status: "completed",
      trigger: "cli",
      output: { value: 2 },
      console: [{ level: "log", text: "1" }],
    });
    const { id } = readIdentified(execution);
    expect(execution).toEqual(await api(`/executions/${id}`));
    const failed = await executor(["run", "--json", "-"], { stdin: "throw new Error('no')" });
    expect(failed).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(failed.stdout)).toMatchObject({ status: "failed", error: { message: "no" } });
  });

  it("keeps what an agent logs from steering the terminal", async () => {
    const code = String.raw`console.log("a\u001b[2J\u009bb"); throw new Error("c\u001b[31md")`;
    const { stderr } = await executor(["run", "-"], { stdin: code });
    expect(stderr).toContain("[log] a[2Jb\n");
    expect(stderr).toContain("Error: c[31md");
  });

  it.each([
    [["call", "shop.nope", "{}"], 1, /shop\.nope/],
    [["call", "shop.list", "{"], 2, /not JSON: \{\. Give it as/],
    [["call", "shop", "{}"], 2, /namespace and its path/],
    [["call", "shop.list()//", "{}"], 2, /namespace and its path/],
    [["call", "shop.list", "{}", "more"], 2, /more/],
    [["call", "shop.list", "@no-such-file"], 1, /no-such-file cannot be read/],
    [["call", "shop.order", "{}"], 1, /body/],
    [["run"], 2, /<file>/],
    [["run", "-", "--prot", "5"], 2, /executor run has no option --prot/],
  ])("explains why it cannot %j", async (args, code, says) => {
    expectFailure(await executor(args), code, says);
  });

  it("cancels the execution when it is interrupted", async () => {
    const code = join(folder, "forever.ts");
    await writeFile(code, "await new Promise(() => {})");
    const child = Bun.spawn(
      ["bun", "apps/local/src/main.ts", "run", code, "--port", String(daemon.port)],
      { cwd: repository, stdout: "pipe", stderr: "pipe" },
    );
    const running = async () =>
      sumOf(await exposition(), "executor_execution_active", { state: "running" });
    await until("it runs", async () => (await running()) > 0);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    await until("it has ended", async () => (await running()) === 0);
    expect(await api("/executions?limit=1")).toMatchObject([{ status: "cancelled" }]);
  });
});

describe("executor resume", () => {
  const order = ["call", "shop.order", '{"body":{"item":"tea"}}'];

  const pause = async (args = order, stdin = "") => {
    const result = await executor(args, { stdin });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 3, stdout: "" });
    const commands = [...result.stderr.matchAll(/^ +executor (resume .*)$/gm)].map(
      ([, words = ""]) => words.split(" "),
    );
    return { ...result, commands, id: commands[0]?.[1] ?? "" };
  };

  it("resumes a paused call by the command that it prints", async () => {
    const { stderr, commands } = await pause();
    expect(stderr).toContain('shop.order {"body":{"item":"tea"}}');
    expect(shop.orders).toEqual([]);
    const resumed = await runExecutor(commands[0] ?? []);
    expect(expectJson(resumed)).toEqual({ number: 1 });
    expect(shop.orders).toEqual([{ item: "tea" }]);
  });

  it("needs no approval's name if only one is open", async () => {
    const { id } = await pause();
    const declined = await executor(["resume", id, "--decline"]);
    expectFailure(declined, 1, /declined/);
    expectFailure(await executor(["resume", id, "--accept"]), 1, /waits for no answer.*failed/);
    expect(shop.orders).toHaveLength(1);
  });

  it("asks which approval is meant if several are open, and takes answers in any order", async () => {
    const both = `
      const answers = await Promise.allSettled([
        tools.shop.order({ body: { item: "milk" } }),
        tools.shop.order({ body: { item: "salt" } }),
      ]);
      return answers.map(({ status }) => status);
    `;
    const { id, commands } = await pause(["run", "-"], both);
    expect(commands).toHaveLength(2);
    expectFailure(await executor(["resume", id, "--accept"]), 1, /waits for 2 answers/);
    const [first, second] = commands.map((words) => words[2] ?? "");
    const once = await executor(["resume", id, second ?? "", "--accept", "--json"]);
    expect(once.code).toBe(3);
    expect(JSON.parse(once.stdout)).toMatchObject({ status: "paused", approvals: [{ id: first }] });
    const ended = await executor(["resume", id, first ?? "", "--cancel"]);
    expect(expectJson(ended)).toEqual(["rejected", "fulfilled"]);
    expect(shop.orders.at(-1)).toEqual({ item: "salt" });
  });

  it("shows the open questions of a paused execution", async () => {
    const { id } = await pause();
    const shown = expectSuccess(await executor(["executions", "show", id]));
    expect(shown).toContain(`executor resume ${id} appr_`);
    expectFailure(await executor(["resume", id, "--cancel"]), 1, /was not called/);
  });

  it.each([
    [["resume", "exec_0", "--accept"], 1, /exec_0/],
    [["resume", "exec_0"], 2, /--accept, --decline or --cancel/],
    [["resume", "exec_0", "--accept", "--decline"], 2, /--accept and --decline/],
    [["resume", "exec_0", "--accept", "--content", "["], 2, /not JSON/],
    [["resume", "exec_0", "--accept", "--content", "[]"], 2, /JSON object/],
  ])("explains why it cannot %j", async (args, code, says) => {
    expectFailure(await executor(args), code, says);
  });
});

describe("executor executions", () => {
  it("lists and shows executions, for people and for programs", async () => {
    const lines = expectSuccess(await executor(["executions", "list", "--limit", "2"])).split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ID +STATUS +BY +TOOLKIT +STARTED +TOOK +CALLS$/);
    expect(lines[1]).toMatch(/^exec_\w{32} +failed +cli +- +\S+ \S+ +[\d.]+ \S+ +1$/);
    const list = await executor(["executions", "list", "--limit", "2", "--json"]);
    expect(expectJson(list)).toEqual(await api("/executions?limit=2"));

    const id = lines[1]?.split(" ")[0] ?? "";
    const shown = expectSuccess(await executor(["executions", "show", id]));
    expect(shown).toContain("return await tools.shop.order(");
    expect(expectJson(await executor(["executions", "show", id, "--json"]))).toEqual(
      await api(`/executions/${id}`),
    );
    expectFailure(await executor(["executions", "show", "exec_0"]), 1, /exec_0/);
  });
});
