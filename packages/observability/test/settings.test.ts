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
      "--set=toolErrorBudget=0.01",
      "--set=refusals=3",
    ]);
    expect(out).toBe("there");
    expect(settings).toMatchObject({ selector: 'job="a"', speed: 60 });
    expect(settings.thresholds).toMatchObject({ toolErrorBudget: 0.01, refusals: 3 });
  });

  it("are refused where a name or a value is wrong", () => {
    expect(() => readArguments(["--set=nothing=3"])).toThrow("There is no threshold nothing.");
    expect(() => readArguments(["--set=refusals=few"])).toThrow("--set refusals");
    expect(() => readArguments(["--speed=0"])).toThrow("--speed is a number above 0.");
  });
});
