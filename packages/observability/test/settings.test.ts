import { describe, expect, it } from "@effect/vitest";
import { defaultSettings, readArguments } from "../src/settings.ts";

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
});
