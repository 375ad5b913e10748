import { describe, expect, it } from "@effect/vitest";
import { gauge, observeBeforeSnapshot, snapshot } from "../../src/index.ts";
import { values } from "../recorded.ts";

describe("observeBeforeSnapshot", () => {
  it("runs before every snapshot until it is removed", () => {
    const name = "test.observed";
    const seen = gauge({ name, description: "For a test.", unit: "{thing}", labels: [] });
    let runs = 0;
    const remove = observeBeforeSnapshot(() => {
      runs += 1;
      seen.set(runs, {});
    });
    expect(values(name)).toEqual({ "": 1 });
    expect(values(name)).toEqual({ "": 2 });
    remove();
    snapshot();
    expect(runs).toBe(2);
  });
});
