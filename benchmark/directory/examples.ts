import { schemaCheck } from "@executor/json-schema";
import { isJsonObject, type Json, type JsonObject, type LoadedSource } from "@executor/sdk";
import { say, table } from "../support/markdown.ts";
import { type CountedOperation, operationsOf, target } from "./operations.ts";

/** What became of the authors' own examples of one kind. */
export interface ExampleCounts {
  checked: number;
  /** Examples that differ from their schema, by what differs, with one of each. */
  readonly differ: Map<string, { count: number; readonly sample: string }>;
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
): void => {
  const tools = new Map(
    loaded.tools.map((tool) => {
      const method = String(member(tool.binding, "method")).toLowerCase();
      return [`${method} ${String(member(tool.binding, "path"))}`, tool];
    }),
  );
  const withDefinitions = definitionsIn(loaded);
  for (const counted of operationsOf(root)) {
    const tool = tools.get(`${counted.method} ${counted.path}`);
    if (tool === undefined) continue;
    const properties = member(tool.inputSchema, "properties");
    const check = (kind: string, key: string, examples: ReadonlyArray<Json>): void => {
      const schema = member(properties, key);
      if (!isJsonObject(schema) || examples.length === 0) return;
      const found = schemaCheck(withDefinitions(schema));
      const kept = counts.get(kind) ?? { checked: 0, differ: new Map() };
      counts.set(kind, kept);
      for (const example of examples) {
        kept.checked += 1;
        const outcome = found(example, key);
        if (outcome._tag === "Fits") continue;
        const problems = outcome._tag === "Misfits" ? outcome.problems : "more steps than allowed";
        const reason = reasonOf(problems);
        const known = kept.differ.get(reason);
        if (known !== undefined) known.count += 1;
        else {
          const place = `${description} ${counted.method} ${counted.path}`;
          kept.differ.set(reason, { count: 1, sample: `${place}: ${problems}`.slice(0, 300) });
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

/** The sentence of a problem without names and values. */
const reasonOf = (problems: string): string =>
  (/^[^:]*: (.*?\.)(\s|$)/.exec(problems)?.[1] ?? problems)
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

const keyOf = (binding: Json, parameter: JsonObject): string | undefined => {
  const parameters = member(binding, "parameters");
  if (!Array.isArray(parameters)) return undefined;
  const found: Json | undefined = parameters.find(
    (one: Json) =>
      member(one, "name") === parameter["name"] && member(one, "in") === parameter["in"],
  );
  const key = member(found, "key");
  return typeof key === "string" ? key : undefined;
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
  for (const [kind, { checked, differ }] of counts) {
    const rows = [...differ].toSorted(([, left], [, right]) => right.count - left.count);
    const all = rows.reduce((sum, [, { count }]) => sum + count, 0);
    say(
      `Examples of ${kind}: ${checked} checked, ${all} differ (${((100 * all) / checked).toFixed(2)} %).\n`,
    );
    table(
      [`differing ${kind}`, "examples", "one of them"],
      rows
        .slice(0, 25)
        .map(([reason, { count, sample }]) => [
          reason.replaceAll("|", "\\|"),
          String(count),
          sample.replaceAll("|", "\\|").replaceAll("\n", " "),
        ]),
    );
  }
};
