import { describe, expect, it } from "@effect/vitest";
import * as stable from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
import { conventions } from "../src/conventions.ts";
import { instruments } from "../src/instruments.ts";
import { metricsPage } from "../src/metrics-page.ts";

const valuesOf = (prefix: string): ReadonlySet<unknown> =>
  new Set(
    Object.entries({ ...stable, ...incubating })
      .filter(([name]) => name.startsWith(prefix))
      .map(([, value]) => value),
  );

/** Names that the published conventions have; those of MCP's revisions may be newer than the package. */
const metrics = valuesOf("METRIC_");
const attributes = valuesOf("ATTR_");

/** Metrics outside of Executor's own namespace that no convention names: Prometheus's client libraries do. */
const ofPrometheus = new Set(["process.start_time"]);

const conventional = instruments
  .map(({ definition }) => definition)
  .filter(({ name }) => !name.startsWith("executor.") && !ofPrometheus.has(name));

describe("the semantic conventions", () => {
  it("have each metric here that is not Executor's own, as it is spelled", () => {
    expect(conventional.length).toBeGreaterThan(15);
    expect(conventional.map(({ name }) => name).filter((name) => !metrics.has(name))).toEqual([]);
  });

  it("have each attribute of the table, as it is spelled", () => {
    const names = [...conventions.values()].flat().map(({ name }) => name);
    expect(names.filter((name) => !attributes.has(name))).toEqual([]);
  });

  it("are what the instruments' labels follow, with Executor's own beside them", () => {
    for (const { name, labels } of conventional) {
      const table = conventions.get(name) ?? [];
      const emitted = table.filter(({ isEmitted }) => isEmitted).map((attribute) => attribute.name);
      const own = labels.filter((label) => !label.startsWith("executor."));
      expect({ name, labels: own.toSorted() }).toEqual({ name, labels: emitted.toSorted() });
      expect(new Set(table.map((attribute) => attribute.name)).size).toBe(table.length);
    }
    const known = new Set(conventional.map(({ name }) => name));
    expect([...conventions.keys()].filter((name) => !known.has(name))).toEqual([]);
  });

  it("are followed in all that they require", () => {
    const missing = [...conventions].flatMap(([metric, table]) =>
      table
        .filter(({ level, isEmitted }) => level === "required" && !isEmitted)
        .map(({ name }) => `${metric} ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("stand in METRICS.md", () => {
    expect(metricsPage()).toContain(
      "| `http.client.request.duration` | `server.port` | required | wherever `server.address` is known |",
    );
  });
});
