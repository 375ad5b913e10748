import { schemaCheck } from "@executor/json-schema";
import {
  checkInput,
  isJsonObject,
  type Json,
  type JsonObject,
  type LoadedSource,
  Namespace,
  type SourcePlugin,
  ToolAddress,
} from "@executor/sdk";
import { Effect, Either, Schema } from "effect";
import { say, table } from "../support/markdown.ts";
import { type CountedOperation, operationsOf, target } from "./operations.ts";

/** The part of a tool's binding that says which operation it is. */
const Route = Schema.Struct({ method: Schema.String, path: Schema.String });

/** Examples by what differs from their schema, with one of each. */
type Differences = Map<string, { count: number; readonly sample: string }>;

/** What became of the authors' own examples of one kind. */
export interface ExampleCounts {
  checked: number;
  /** Examples that a call with them would be refused for. */
  readonly refused: Differences;
  /** Examples that are sent although they differ from their schema. */
  readonly advised: Differences;
}

const member = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined;

const isJson = (mediaType: string): boolean =>
  /^(application|text)\/([\w.-]+\+)?json\b/.test(mediaType);

/** Checks the examples of each operation against the input schema of its tool, and adds up what it finds. */
export const checkExamples = (
  root: Json,
  loaded: LoadedSource,
  counts: Map<string, ExampleCounts>,
  description: string,
  plugin: SourcePlugin,
): void => {
  const tools = new Map(
    loaded.tools.map((tool) => {
      const { method, path } = Schema.decodeUnknownSync(Route)(tool.binding);
      return [`${method.toLowerCase()} ${path}`, tool];
    }),
  );
  const withDefinitions = definitionsIn(loaded);
  for (const counted of operationsOf(root)) {
    const tool = tools.get(`${counted.method} ${counted.path}`);
    if (tool === undefined) continue;
    const properties = member(tool.inputSchema, "properties");
    const check = (kind: string, key: string, examples: ReadonlyArray<Json>): void => {
      const schema = member(properties, key);
      if (schema === undefined || examples.length === 0) return;
      const inputSchema = withDefinitions({ type: "object", properties: { [key]: schema } });
      const called = {
        tool: { ...summary, inputSchema, outputSchema: null },
        binding: tool.binding,
        isPending: false,
        checkInput: schemaCheck(inputSchema),
      };
      const kept: ExampleCounts = counts.get(kind) ?? {
        checked: 0,
        refused: new Map(),
        advised: new Map(),
      };
      counts.set(kind, kept);
      for (const example of examples) {
        kept.checked += 1;
        const outcome = Effect.runSync(
          Effect.either(checkInput(called, { checkInputs: true }, plugin, { [key]: example })),
        );
        const problems = Either.isLeft(outcome) ? outcome.left.message : outcome.right.advice;
        if (problems === undefined) continue;
        const differences = Either.isLeft(outcome) ? kept.refused : kept.advised;
        const reason = reasonOf(problems);
        const known = differences.get(reason);
        if (known !== undefined) known.count += 1;
        else {
          const sample = `${description} ${counted.method} ${counted.path}: ${problems}`;
          differences.set(reason, { count: 1, sample: sample.slice(0, 300) });
        }
      }
    };
    check("bodies", "body", bodyExamples(root, counted));
    for (const parameter of parametersOf(root, counted)) {
      const key = keyOf(tool.binding, parameter);
      if (key !== undefined) check("parameters", key, examplesOf(root, parameter));
    }
  }
};

const namespace = Namespace.make("directory");

/** Of every tool: only its input is checked. */
const summary = {
  namespace,
  address: ToolAddress.make("directory.tool"),
  description: "",
  annotations: { readOnly: false, destructive: false, requiresApproval: false },
};

/** The sentence of a problem without names and values. */
const reasonOf = (problems: string): string =>
  (/\binput[^:]*: (.*?\.)(\s|$)/.exec(problems)?.[1] ?? problems)
    .replaceAll(/"[^"]*"/g, "…")
    .replaceAll(/\d+/g, "N")
    .slice(0, 100);

const bodyExamples = (root: Json, { operation }: CountedOperation): ReadonlyArray<Json> => {
  const content = member(target(root, operation["requestBody"]), "content");
  const types = isJsonObject(content) ? Object.entries(content) : [];
  return types.flatMap(([type, value]) => (isJson(type) ? examplesOf(root, value) : []));
};

/** Examples of a media type or a parameter, and of its schema. */
const examplesOf = (root: Json, described: Json): ReadonlyArray<Json> => {
  const named = member(described, "examples");
  const values = isJsonObject(named)
    ? Object.values(named).map((example) => member(target(root, example), "value"))
    : [];
  const schema = target(root, member(described, "schema"));
  return [member(described, "example"), member(schema, "example"), ...values].filter(
    (example) => example !== undefined,
  );
};

const parametersOf = (root: Json, { operation }: CountedOperation): ReadonlyArray<JsonObject> => {
  const list = operation["parameters"];
  return Array.isArray(list)
    ? list.map((item: Json) => target(root, item)).filter(isJsonObject)
    : [];
};

const Parameters = Schema.Struct({
  parameters: Schema.Array(
    Schema.Struct({ key: Schema.String, name: Schema.String, in: Schema.String }),
  ),
});

const keyOf = (binding: Json, parameter: JsonObject): string | undefined => {
  const { parameters } = Schema.decodeUnknownSync(Parameters)(binding);
  return parameters.find((one) => one.name === parameter["name"] && one.in === parameter["in"])
    ?.key;
};

/** Gives a schema the definitions that it refers to, directly or through others. */
const definitionsIn = ({ definitions }: LoadedSource) => {
  const names = new Map<JsonObject, ReadonlyArray<string>>();
  const namesIn = (schema: JsonObject): ReadonlyArray<string> => {
    const known = names.get(schema);
    if (known !== undefined) return known;
    const found = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"/]+)"/g)].map(
      ([, name = ""]) => decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~"),
    );
    names.set(schema, found);
    return found;
  };
  return (schema: JsonObject): JsonObject => {
    const reached = new Map<string, JsonObject>();
    const open = [...namesIn(schema)];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const definition = definitions.get(name);
      if (definition === undefined || reached.has(name)) continue;
      reached.set(name, definition);
      open.push(...namesIn(definition));
    }
    return { ...schema, $defs: Object.fromEntries(reached) };
  };
};

export const exampleTable = (counts: ReadonlyMap<string, ExampleCounts>): void => {
  for (const [kind, { advised, checked, refused }] of counts) {
    say(
      `Examples of ${kind}: ${checked} checked, ${shareOf(refused, checked)} refused, ${shareOf(advised, checked)} sent although they differ.\n`,
    );
    differenceTable(`refused ${kind}`, refused);
    differenceTable(`${kind} that are sent all the same`, advised);
  }
};

const countOf = (differences: Differences): number =>
  [...differences.values()].reduce((sum, { count }) => sum + count, 0);

const shareOf = (differences: Differences, checked: number): string =>
  `${countOf(differences)} (${((100 * countOf(differences)) / checked).toFixed(2)} %)`;

const differenceTable = (title: string, differences: Differences): void => {
  if (differences.size === 0) return;
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  table(
    [title, "examples", "one of them"],
    [...differences]
      .toSorted(([, left], [, right]) => right.count - left.count)
      .slice(0, 15)
      .map(([reason, { count, sample }]) => [cell(reason), String(count), cell(sample)]),
  );
};
