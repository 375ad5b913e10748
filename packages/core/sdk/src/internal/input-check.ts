import { Validator } from "@cfworker/json-schema";
import type { OutputUnit } from "@cfworker/json-schema";
import type { Json, JsonObject } from "../json.ts";

/** What is wrong with an input, for the agent that wrote it; `undefined` where nothing is. */
export type InputCheck = (input: Json) => string | undefined;

const maxReported = 5;

/**
 * A check of inputs against a JSON Schema (2020-12) that is complete in itself. Interprets the schema, because workerd
 * forbids generated code. A schema that is broken itself, such as one with an invalid `pattern`, accepts everything: the upstream judges.
 */
export const inputCheck = (schema: JsonObject): InputCheck => {
  const validator = new Validator({ ...schema }, "2020-12", false);
  return (input) => {
    try {
      const { valid, errors } = validator.validate(input);
      return valid ? undefined : report(errors);
    } catch {
      return undefined;
    }
  };
};

/** The errors at the leaves; those above them only say that something below is wrong. */
const report = (errors: ReadonlyArray<OutputUnit>): string => {
  const leaves = errors.filter(
    (error) =>
      !errors.some(
        (other) => other !== error && other.keywordLocation.startsWith(`${error.keywordLocation}/`),
      ),
  );
  const lines = new Set(
    leaves
      .filter((error) => error.keyword !== "false")
      .map((error) => `${location(error)}: ${error.error}`),
  );
  const shown = [...lines].slice(0, maxReported).join(" ");
  return lines.size > maxReported ? `${shown} And ${lines.size - maxReported} more.` : shown;
};

const location = (error: OutputUnit): string => {
  const segments = error.instanceLocation.split("/").slice(1);
  return ["input", ...segments].join(".");
};
