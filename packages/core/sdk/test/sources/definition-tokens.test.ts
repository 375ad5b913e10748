import { SqlClient } from "@effect/sql";
import { describe, expect, it } from "@effect/vitest";
import { gaugeValue, observed, total } from "@executor/testing/series";
import { estimateTokens } from "@executor/telemetry";
import { Effect } from "effect";
import { Sources } from "../../src/sources/sources.ts";
import { Tools } from "../../src/tools/tools.ts";
import { fixtureDocument, fixtureSource, layerFixture } from "../support/fixture.ts";

const metric = "executor.tool.definition.tokens";
const labels = (namespace: string) => ({ "executor.source": namespace });
const everyTool = () => gaugeValue("executor.tool.listing.tokens", { listing: "every_tool" });

const words =
  "Opens an issue in the repository, with its title, its labels and who is to see to it. ";
const tools = [
  { path: "issues.open", description: words.repeat(3) },
  {
    path: "issues.label",
    description: words,
    input: { type: "object", properties: { label: { $ref: "#/$defs/Label" } } },
  },
];
const definitions = {
  Label: { type: "object", properties: { color: { $ref: "#/$defs/Color" } } },
  Color: { type: "string", description: words.repeat(4) },
  Unused: { type: "string", description: words.repeat(100) },
};

/** What a client's context would hold of a tool if it were listed. */
const listed = (address: string) =>
  Effect.map(
    Effect.flatMap(Tools, (all) => all.get(address)),
    ({ description, inputSchema }) =>
      estimateTokens(JSON.stringify({ name: address, description, inputSchema })),
  );

describe("tokens of tools' definitions", () => {
  it.effect("are those of complete definitions, by source, as long as there is the source", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      yield* sources.add(fixtureSource("counted", tools, { definitions }));
      const opening = yield* listed("counted.issues.open");
      const labelling = yield* listed("counted.issues.label");
      expect(labelling).toBeGreaterThan(estimateTokens(words.repeat(5)));
      expect(total(metric, labels("counted"))).toBe(2);
      const sum = observed(metric, labels("counted"));
      expect(Math.abs(sum / (opening + labelling) - 1)).toBeLessThan(0.05);
      expect(everyTool()).toBe(sum);

      const one = fixtureDocument("counted", tools.slice(0, 1));
      yield* sources.refresh("counted", one);
      expect(total(metric, labels("counted"))).toBe(1);
      expect(observed(metric, labels("counted"))).toBe(opening);

      yield* sources.edit("counted", { enabled: false });
      expect(everyTool()).toBe(0);
      yield* sources.edit("counted", { enabled: true });
      expect(everyTool()).toBe(opening);

      yield* sources.remove("counted");
      expect(total(metric, labels("counted"))).toBe(0);
      expect(everyTool()).toBe(0);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("are not told of tools that an earlier version stored, until they are read again", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const sql = yield* SqlClient.SqlClient;
      yield* sources.add(fixtureSource("older", tools));
      yield* sql`UPDATE sources SET definition_tokens = NULL WHERE namespace = 'older'`;
      yield* sources.edit("older", { name: "Older" });
      expect(gaugeValue(metric, labels("older"))).toBeUndefined();
      yield* sources.refresh("older", fixtureDocument("older", tools));
      expect(total(metric, labels("older"))).toBe(2);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("leave out the built-in source, which no list would hold", () =>
    Effect.gen(function* () {
      yield* Sources;
      expect(gaugeValue(metric, labels("executor"))).toBeUndefined();
    }).pipe(Effect.provide(layerFixture)),
  );
});
