import { type CheckOutcome, schemaCheck, type SchemaCheck } from "@executor/json-schema";
import { Effect } from "effect";
import { toolInputUnchecked } from "../metrics.ts";
import type { IntegerPlaces } from "../model/exact-integers.ts";
import { isJsonObject, type Json, type JsonObject } from "../model/json.ts";
import type { Leniency, SourcePlugin } from "../model/plugin.ts";
import type { SourceSettings } from "../model/source.ts";
import { ToolCallError } from "../model/tool.ts";
import type { CatalogueTool } from "../tools/tool-catalogue.ts";

/** An input that may be sent. */
export interface CheckedInput {
  readonly input: JsonObject;
  /** The places at which it holds digits that mean an integer. */
  readonly integers: IntegerPlaces | undefined;
  /** What differs from the schema all the same, to be told when the upstream refuses the call. */
  readonly advice: string | undefined;
}

const strict: Leniency = { advised: [], nullIsAbsent: false };

/**
 * An input that its schema allows, as far as the schema is understood and as strictly as the plugin wants it. The schema is the
 * source's: its check is bounded. Where the operator has switched the check off, any object.
 */
export const checkInput = (
  { tool, binding, checkInput: check }: CatalogueTool,
  settings: Pick<SourceSettings, "checkInputs">,
  plugin: Pick<SourcePlugin, "leniency">,
  input: Json,
): Effect.Effect<CheckedInput, ToolCallError> => {
  const { address, inputSchema, namespace } = tool;
  const invalid = (problems: string) =>
    refused(
      "invalid_input",
      `The input of ${address} is not valid. ${problems} Call tools.describe({ path: "${address}" }) for its schema.`,
    );
  if (!isJsonObject(input)) return invalid("input: expected an object.");
  const sent = (integers: IntegerPlaces | undefined, advice?: string) =>
    Effect.succeed({ input, integers, advice });
  const leniency = plugin.leniency?.(binding) ?? strict;
  const { advised } = leniency;
  const given = leniency.nullIsAbsent ? withoutNulls(input, inputSchema, advised) : input;
  const unchecked = (reason: string) =>
    toolInputUnchecked.add(1, { "executor.source": namespace, reason });
  const conclude = (outcome: CheckOutcome, integers = integersOf(outcome), advice?: string) => {
    switch (outcome._tag) {
      case "Fits":
        if (outcome.isPartial) unchecked("unsupported_schema");
        return sent(integers, advice);
      case "Misfits":
        return invalid(outcome.problems);
      case "BudgetExceeded":
        unchecked("budget_exceeded");
        return refused(
          "check_budget_exceeded",
          `The input of ${address} could not be checked: it and the tool's schema take more steps than a check may. Pass less data, or ask the operator to have the schema of ${namespace} simplified.`,
        );
    }
  };
  const outcome = check(given, "input");
  if (!settings.checkInputs) return sent(integersOf(outcome));
  if (outcome._tag === "Fits" || !advised.some((name) => Object.hasOwn(given, name))) {
    return conclude(outcome);
  }
  // Nobody could tell from the upstream's answer that it got other digits than were meant.
  if (outcome._tag === "Misfits" && outcome.inexact !== undefined) return invalid(outcome.inexact);
  const advice =
    outcome._tag === "Misfits"
      ? `The ${advised.join(" and the ")} also differs from its schema: ${outcome.problems}`
      : undefined;
  const structure = structureCheck(inputSchema, advised)(given, "input");
  return conclude(structure, integersOf(outcome), advice);
};

const integersOf = (outcome: CheckOutcome): IntegerPlaces | undefined =>
  outcome._tag === "BudgetExceeded" ? undefined : outcome.integers;

const refused = (errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome: "invalid_input", errorType, message }));

/** An input without what the caller gave as `null` in place of leaving it out. */
const withoutNulls = (
  input: JsonObject,
  { properties, required }: JsonObject,
  advised: ReadonlyArray<string>,
): JsonObject => {
  const isAbsent = (name: string, value: Json): boolean =>
    value === null &&
    isJsonObject(properties) &&
    Object.hasOwn(properties, name) &&
    !advised.includes(name) &&
    !(Array.isArray(required) && required.includes(name));
  const members = Object.entries(input);
  return members.some(([name, value]) => isAbsent(name, value))
    ? Object.fromEntries(members.filter(([name, value]) => !isAbsent(name, value)))
    : input;
};

const structureChecks = new WeakMap<JsonObject, SchemaCheck>();

/** The check of an input in which the advised properties may be anything that has no names their schemas exclude. */
const structureCheck = (schema: JsonObject, advised: ReadonlyArray<string>): SchemaCheck => {
  const known = structureChecks.get(schema);
  if (known !== undefined) return known;
  const { properties, $defs } = schema;
  const open = Object.entries(isJsonObject(properties) ? properties : {}).map(
    ([name, property]) =>
      [name, advised.includes(name) ? namesOf(property, $defs) : property] as const,
  );
  const check = schemaCheck({ ...schema, properties: Object.fromEntries(open) });
  structureChecks.set(schema, check);
  return check;
};

/** References in a row, more than a sensible schema has. */
const maxHops = 10;

/** A schema that refuses the members that this one refuses by their names alone. */
const namesOf = (schema: Json, definitions: Json | undefined): Json => {
  let target: Json | undefined = schema;
  for (let hop = 0; hop < maxHops && isJsonObject(target); hop += 1) {
    const reference: Json | undefined = target["$ref"];
    if (typeof reference !== "string") break;
    const name: string = reference.replace("#/$defs/", "");
    target =
      isJsonObject(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  }
  if (!isJsonObject(target) || target["additionalProperties"] !== false) return true;
  return {
    properties: allOpen(target["properties"]),
    patternProperties: allOpen(target["patternProperties"]),
    additionalProperties: false,
  };
};

const allOpen = (schemas: Json | undefined): JsonObject =>
  Object.fromEntries(isJsonObject(schemas) ? Object.keys(schemas).map((name) => [name, true]) : []);
