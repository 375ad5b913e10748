import { Validator } from "@cfworker/json-schema";
import type { OutputUnit } from "@cfworker/json-schema";
import type { Json, JsonObject } from "../model/json.ts";

/** Describes what is wrong with an input, for the agent that wrote it; `undefined` for a valid input. */
export type InputCheck = (input: Json) => string | undefined;

const maxReported = 5;

/**
 * Check of inputs against a complete JSON Schema (2020-12). Interprets the schema, because workerd forbids generated code.
 * `format` is not checked: it is an annotation (JSON Schema 2020-12, Validation, section 7.2.1), and descriptions use it
 * carelessly. A broken schema accepts everything, and the upstream decides. `root` is the input's name in the messages.
 *
 * ```ts
 * import { inputCheck } from "@executor/sdk";
 *
 * const check = inputCheck({ type: "object", required: ["id"] });
 * check({ id: 1 }); // undefined
 * check({}); // 'input: Instance does not have required property "id".'
 * ```
 */
export const inputCheck = (schema: JsonObject, root = "input"): InputCheck => {
  const validator = new Validator({ ...schema }, "2020-12", false);
  return (input) => {
    try {
      const { valid, errors } = validator.validate(input);
      return valid ? undefined : report(errors, root);
    } catch {
      return undefined;
    }
  };
};

const report = (errors: ReadonlyArray<OutputUnit>, root: string): string | undefined => {
  const problems = leavesOf(errors).filter(({ keyword }) => keyword !== "format");
  if (problems.length === 0) return undefined;
  const lines = new Set(
    problems
      .filter(({ keyword }) => keyword !== "false")
      .map((error) => `${location(error, root)}: ${error.error}`),
  );
  const shown = [...lines].slice(0, maxReported).join(" ");
  return lines.size > maxReported ? `${shown} And ${lines.size - maxReported} more.` : shown;
};

/** Errors at the leaves; those above them only say that something below is wrong. */
const leavesOf = (errors: ReadonlyArray<OutputUnit>): ReadonlyArray<OutputUnit> => {
  const inner = new Set<string>();
  for (const { keywordLocation } of errors) {
    let end = keywordLocation.lastIndexOf("/");
    while (end > 0 && !inner.has(keywordLocation.slice(0, end))) {
      inner.add(keywordLocation.slice(0, end));
      end = keywordLocation.lastIndexOf("/", end - 1);
    }
  }
  return errors.filter(({ keywordLocation }) => !inner.has(keywordLocation));
};

const location = (error: OutputUnit, root: string): string => {
  const segments = error.instanceLocation.split("/").slice(1);
  return [root, ...segments].join(".");
};
