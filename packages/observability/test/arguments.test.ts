import { describe, expect, it } from "@effect/vitest";
import { readArguments } from "../src/arguments.ts";
import { defaultSettings } from "../src/settings.ts";

describe("the generator's arguments", () => {
  it("are what is committed where there are none", () => {
    expect(readArguments([])).toEqual({ out: undefined, settings: defaultSettings });
  });

  it("change the settings", () => {
    const { out, settings } = readArguments([
      "--out=there",
      '--selector=job="a"',
      "--speed=60",
      "--set=toolErrorBudget=0.01",
      "--set=refusals=3",
    ]);
    expect(out).toBe("there");
    expect(settings).toMatchObject({ selector: 'job="a"', speed: 60 });
    expect(settings.thresholds).toMatchObject({ toolErrorBudget: 0.01, refusals: 3 });
  });

  it("are refused where they mean nothing", () => {
    expect(() => readArguments(["--set=nothing=3"])).toThrow("There is no threshold nothing.");
    expect(() => readArguments(["--set=refusals=few"])).toThrow("--set refusals");
    expect(() => readArguments(["--speed=0"])).toThrow("--speed is a number above 0.");
  });
});
