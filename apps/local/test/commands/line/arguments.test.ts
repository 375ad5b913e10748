import { describe, expect, it } from "@effect/vitest";
import { readArguments } from "../../../src/commands/line/arguments.ts";
import type { CommandShape } from "../../../src/commands/line/command-shape.ts";
import { commandLineShape } from "../../../src/commands/executor.ts";

const read = (line: string) => readArguments(commandLineShape, line.split(" "));

describe("readArguments", () => {
  it.each([
    ["run - --port 5", "run --port 5 -- -"],
    ["run --port 5 -", "run --port 5 -- -"],
    ["run code.ts --json -p 5", "run --json -p 5 -- code.ts"],
    ["--port 5 run code.ts", "run --port 5 -- code.ts"],
    ["--port=5 tools search", "tools search --port 5"],
    ["tools --port 5 search list issues", "tools search --port 5 -- list issues"],
    ["tools search run sources", "tools search -- run sources"],
    ["call a.b -5", "call -- a.b -5"],
    ["call a.b --json {}", "call --json -- a.b {}"],
    ["run code.ts --port 5 --help", "run --help --port 5 -- code.ts"],
    ["run -- --port", "run -- --port"],
    ["metrics --once --interval=0.5", "metrics --once --interval 0.5"],
    ["metrics --port 5", "metrics --port 5"],
    ["--version", "--version"],
  ])("reads %s as %s", (line, expected) => {
    expect(read(line)).toEqual({ arguments: expected.split(" ") });
  });

  it("keeps values with spaces, equals signs and line feeds whole", () => {
    const words = ["sources", "add", "--header=X-Key: a=b\nc ", "--name", "--odd", "u"];
    expect(readArguments(commandLineShape, words)).toEqual({
      arguments: ["sources", "add", "--header", "X-Key: a=b\nc ", "--name", "--odd", "--", "u"],
    });
  });

  it("reads the words after -- as a program and its arguments if the command starts one", () => {
    expect(read("sources add --namespace x -- npx -y server --port 5")).toEqual({
      arguments:
        "sources add --namespace x --command npx --arg -y --arg server --arg --port --arg 5".split(
          " ",
        ),
    });
  });

  it.each([
    [
      "run code.ts --prot 5",
      /^executor run has no option --prot\. It has --toolkit, --json, --port, --help\.$/,
    ],
    ["run code.ts --namespace x", /^executor run has no option --namespace/],
    ["run -x code.ts", /no option -x/],
    ["run code.ts --port", /^--port needs a value\.$/],
    ["run code.ts --port 5 -p 6", /^-p is given more than once\.$/],
    ["resume e --accept --accept", /^--accept is given more than once\.$/],
  ])("refuses %s", (line, problem) => {
    expect(read(line)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it("accepts a repeated option if it may be repeated", () => {
    expect(read("sources add u --header a:b --header c:d")).toEqual({
      arguments: "sources add --header a:b --header c:d -- u".split(" "),
    });
  });

  it.each(["sources", "sources --help", "tools -h", "--help"])(
    "lists the commands for %s",
    (line) => {
      expect(read(line)).toHaveProperty("overview");
    },
  );

  it.each(["sources nope", "sources --version", "metrics", "run --help"])(
    "leaves %s to the parser",
    (line) => {
      expect(read(line)).toHaveProperty("arguments");
    },
  );

  it("finds that an option takes a value either in all commands or in none", () => {
    const meanings = new Map<string, boolean>();
    const visit = ({ options, children }: CommandShape): void => {
      for (const { names, takesValue } of options) {
        for (const name of names) {
          expect([name, meanings.get(name) ?? takesValue]).toEqual([name, takesValue]);
          meanings.set(name, takesValue);
        }
      }
      children.forEach(visit);
    };
    visit(commandLineShape);
    expect(meanings.get("--port")).toBe(true);
    expect(meanings.get("--json")).toBe(false);
  });
});
