import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import {
  counter,
  gauge,
  limitLabelSets,
  Organization,
  organizationMetrics,
  separateOrganizations,
} from "../../src/index.ts";
import { RegistryReading } from "../../src/reading/index.ts";
import { values } from "../recorded.ts";

const described = { description: "For a test.", unit: "{thing}" };

describe("zeros", () => {
  it("stand there before anything is recorded, in every combination, and are counted on", () => {
    const name = "test.zeros.ends";
    const ends = counter({
      name,
      ...described,
      labels: ["status", "trigger"],
      zeros: { status: ["ok", "bad"], trigger: ["a", "b"] },
    });
    const zeros = {
      "status=ok,trigger=a": 0,
      "status=ok,trigger=b": 0,
      "status=bad,trigger=a": 0,
      "status=bad,trigger=b": 0,
    };
    expect(values(name)).toEqual(zeros);
    ends.add(2, { status: "bad", trigger: "b" });
    ends.add(1, { status: "late", trigger: "a" });
    expect(values(name)).toEqual({
      ...zeros,
      "status=bad,trigger=b": 2,
      "status=late,trigger=a": 1,
    });
  });

  it("are there beside a measurement that comes before the first reading", () => {
    const name = "test.zeros.early";
    const level = gauge({ name, ...described, labels: ["a"], zeros: { a: ["1", "2"] } });
    level.add(1, { a: "2" });
    expect(values(name)).toEqual({ "a=1": 0, "a=2": 1 });
  });

  it("are one for a metric without labels", () => {
    const name = "test.zeros.bare";
    counter({ name, ...described, labels: [], zeros: {} });
    expect(values(name)).toEqual({ "": 0 });
  });

  it("take no room from measurements where the budget has too little", () => {
    const name = "test.zeros.budget";
    const things = counter({ name, ...described, labels: ["a"], zeros: { a: ["1", "2", "3"] } });
    limitLabelSets({ total: Number.POSITIVE_INFINITY, perMetric: new Map([[name, 2]]) });
    expect(values(name)).toEqual({});
    things.add(1, { a: "4" });
    expect(values(name)).toEqual({ "a=4": 1 });
    limitLabelSets({ total: Number.POSITIVE_INFINITY, perMetric: new Map() });
  });

  it("are every organization's own", () => {
    const name = "test.zeros.organization";
    separateOrganizations(() => undefined);
    const things = counter({ name, ...described, labels: ["a"], zeros: { a: ["1", "2"] } });
    const owners = [organizationMetrics(100), organizationMetrics(100)];
    const [first] = owners;
    const on = <A>(owner: (typeof owners)[number] | undefined, run: () => A): A =>
      Effect.runSync(Effect.provideService(Effect.sync(run), Organization, owner));
    on(first, () => things.add(5, { a: "1" }));
    const read = owners.map((owner) =>
      on(owner, () =>
        new RegistryReading({ registries: [owner.registry] })
          .read()
          .filter(({ metric }) => metric.name === name)
          .map((series) => (series.type === "number" ? series.value : undefined)),
      ),
    );
    expect(read).toEqual([
      [5, 0],
      [0, 0],
    ]);
  });
});
