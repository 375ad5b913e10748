import { describe, expect, it } from "@effect/vitest";
import { defaultSettings, readArguments, WrongArgument } from "../src/settings.ts";

describe("the generator's arguments", () => {
  it("default to the settings of the committed files", () => {
    expect(readArguments([])).toEqual({ out: undefined, settings: defaultSettings });
  });

  it("change the settings", () => {
    const { out, settings } = readArguments([
      "--out=there",
      '--selector=job="a"',
      "--speed=60",
      "--set=failingCalls=5",
      "--set=refusals=3",
    ]);
    expect(out).toBe("there");
    expect(settings).toMatchObject({ selector: 'job="a"', speed: 60 });
    expect(settings.thresholds).toMatchObject({ failingCalls: 5, refusals: 3 });
  });

  it("set an objective for all sources, for one, and for a tool", () => {
    const { settings } = readArguments([
      "--objective=0.9",
      "--objective=github=0.99",
      "--objective=github.repos.get=0.999",
    ]);
    expect(settings.objectives).toEqual({
      default: 0.9,
      sources: { github: 0.99 },
      tools: { "github.repos.get": 0.999 },
    });
  });

  it("are refused where a name or a value is wrong", () => {
    expect(() => readArguments(["--set=nothing=3"])).toThrow("There is no threshold nothing.");
    expect(() => readArguments(["--set=refusals=few"])).toThrow("--set refusals");
    expect(() => readArguments(["--objective=99"])).toThrow("--objective 99 is a number below 1.");
    expect(() => readArguments(["--objective=github=x"])).toThrow("--objective github=x");
    expect(() => readArguments(["--runbooks=RUNBOOKS.md"])).toThrow("--runbooks is an absolute");
    expect(() => readArguments(["--speed=0"])).toThrow("--speed is a number above 0.");
  });

  it.each([
    ["--objective==0.9", "--objective =0.9 has no name."],
    ['--objective=a"b=0.9', "names no source, such as github, and no tool"],
    ["--objective=a=b=0.9", "names no source"],
    ["--objective=__proto__=0.9", "names no source"],
    ["--set=toString=1", "There is no threshold toString."],
    ["--runbooks=javascript:alert(1)", "--runbooks is an absolute address of a page"],
    ["--runbooks=https://pages.example/#here", "without an anchor"],
    ["--nothing", "Unknown option '--nothing'"],
  ])("are refused: %s", (argument, message) => {
    expect(() => readArguments([argument])).toThrow(message);
    expect(() => readArguments([argument])).toThrow(WrongArgument);
  });

  it("are refused where one is there twice", () => {
    const twice = (first: string, second: string) => () => readArguments([first, second]);
    expect(twice("--objective=github=0.9", "--objective=github=0.99")).toThrow(
      "--objective github is there twice.",
    );
    expect(twice("--objective=0.9", "--objective=0.99")).toThrow(
      "--objective 0.99 is there twice.",
    );
    expect(twice("--set=refusals=3", "--set=refusals=4")).toThrow("--set refusals is there twice.");
  });

  it.each([
    '{job="x"}',
    'job=~"["',
    'job=~"a(?=b)"',
    "job",
    'job="x',
    'job="x",',
    'job="x" instance="y"',
    'job="\\d"',
    'job="x"} or vector(1) or up{job="x"',
  ])("are refused where the selector is %s", (selector) => {
    expect(() => readArguments([`--selector=${selector}`])).toThrow("--selector is PromQL's");
  });

  it.each([
    "",
    'job="a", instance!~"(?i)b-[0-9]+|c\\\\.d"',
    'a_1 != "say \\"x\\", {y}" , b=~"(?P<n>x)"',
  ])("take the selector %s", (selector) => {
    expect(readArguments([`--selector=${selector}`]).settings.selector).toBe(selector);
  });

  it("end the generator with one line and the exit code 2 where they are wrong", () => {
    const main = new URL("../src/main.ts", import.meta.url).pathname;
    const { exitCode, stderr, stdout } = Bun.spawnSync(
      [process.execPath, main, "--out=/dev/null", "--objective", 'a"\nb=0.9'],
      { stdout: "pipe", stderr: "pipe" },
    );
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe("");
    expect(stderr.toString()).toBe(
      '--objective a" b=0.9 names no source, such as github, and no tool, such as github.repos.get.\n',
    );
  });
});
