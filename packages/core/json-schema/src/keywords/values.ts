import { equalityKey, preview } from "../canonical.ts";
import { isArray, typeOf } from "../json.ts";
import type { Json } from "../json.ts";
import { matches } from "../patterns.ts";
import type { Check, Visit } from "../visit.ts";
import { forNumbers, forStrings, keyword } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";

const typeNames = ["array", "boolean", "integer", "null", "number", "object", "string"];

const isTypeName = (value: Json): value is string =>
  typeof value === "string" && typeNames.includes(value);

const isType = (value: Json, name: string): boolean =>
  name === "integer" ? Number.isInteger(value) : name === typeOf(value);

const type = (parameter: Json): Check | undefined => {
  const names = new Set(isArray(parameter) ? parameter : [parameter]);
  const known = [...names].filter(isTypeName);
  if (known.length < names.size) return undefined;
  return (visit) =>
    visit.expect(
      known.some((name) => isType(visit.value, name)),
      () => `Instance type "${typeOf(visit.value)}" is invalid. Expected "${known.join('", "')}".`,
    );
};

const oneValue = (values: ReadonlyArray<Json>, problem: () => string): Check => {
  let keys: ReadonlySet<Json> | undefined;
  return (visit) => {
    const { budget } = visit.run;
    const key = equalityKey(visit.value, budget);
    if (keys === undefined) {
      budget.take(values.length);
      keys = new Set(values.map((value) => equalityKey(value, budget)));
    }
    return visit.expect(keys.has(key), problem);
  };
};

/** Both spellings of a bound: a number of its own, or in drafts up to 4 a flag beside `minimum` or `maximum`. */
const bound = (
  name: "minimum" | "maximum",
  exclusiveName: string,
  isBeyond: (value: number, limit: number) => boolean,
  words: string,
): Keyword => ({
  names: [name, exclusiveName],
  make: (schema) => {
    const inclusive = schema[name];
    const exclusive = schema[exclusiveName];
    const isFlag = exclusive === true;
    if (inclusive !== undefined && typeof inclusive !== "number") return undefined;
    if (exclusive !== undefined && typeof exclusive !== "number" && typeof exclusive !== "boolean")
      return undefined;
    return forNumbers((value, visit) => {
      if (
        inclusive !== undefined &&
        (isBeyond(value, inclusive) || (isFlag && value === inclusive))
      )
        return visit.misfit(
          () => `${value} is ${isFlag ? `${words} or equal to` : words} ${inclusive}.`,
        );
      return typeof exclusive === "number" && (isBeyond(value, exclusive) || value === exclusive)
        ? visit.misfit(() => `${value} is ${words} or equal to ${exclusive}.`)
        : "fits";
    });
  },
});

/** A number as an integer times a power of ten, exactly as it is written. */
const decimal = (value: number): readonly [digits: bigint, exponent: number] => {
  const [digits = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const [, fraction = ""] = digits.split(".");
  return [BigInt(digits.replace(".", "")), Number(exponent) - fraction.length];
};

const isMultiple = (value: number, divisor: number, { run }: Visit): boolean => {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  if (!Number.isFinite(value)) return false;
  const [left, leftExponent] = decimal(value);
  const [right, rightExponent] = decimal(divisor);
  const exponent = leftExponent - rightExponent;
  run.budget.takeText(Math.abs(exponent));
  return exponent >= 0
    ? (left * 10n ** BigInt(exponent)) % right === 0n
    : left % (right * 10n ** BigInt(-exponent)) === 0n;
};

const characters = (text: string, { run }: Visit): number => {
  run.budget.takeText(text.length);
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.codePointAt(at) ?? 0) > 0xffff) count -= 1;
  }
  return count;
};

/** Keywords about a value as a whole. A character is a code point (JSON Schema 2020-12, Validation, section 6.3.1). */
export const valueKeywords: ReadonlyArray<Keyword> = [
  keyword("type", type),
  keyword("const", (parameter) =>
    oneValue([parameter], () => `Instance does not match ${preview(parameter)}.`),
  ),
  keyword("enum", (parameter) =>
    isArray(parameter)
      ? oneValue(parameter, () => `Instance does not match any of ${preview(parameter)}.`)
      : undefined,
  ),
  bound("minimum", "exclusiveMinimum", (value, limit) => value < limit, "less than"),
  bound("maximum", "exclusiveMaximum", (value, limit) => value > limit, "greater than"),
  keyword("multipleOf", (divisor) =>
    typeof divisor === "number" && divisor > 0
      ? forNumbers((value, visit) =>
          visit.expect(
            isMultiple(value, divisor, visit),
            () => `${value} is not a multiple of ${divisor}.`,
          ),
        )
      : undefined,
  ),
  keyword("minLength", (limit) =>
    typeof limit === "number"
      ? forStrings((value, visit) => {
          if (value.length >= limit * 2) return "fits";
          const length = characters(value, visit);
          return visit.expect(length >= limit, () => `String is too short (${length} < ${limit}).`);
        })
      : undefined,
  ),
  keyword("maxLength", (limit) =>
    typeof limit === "number"
      ? forStrings((value, visit) => {
          if (value.length <= limit) return "fits";
          const length = characters(value, visit);
          return visit.expect(length <= limit, () => `String is too long (${length} > ${limit}).`);
        })
      : undefined,
  ),
  keyword("pattern", (pattern) =>
    typeof pattern === "string"
      ? forStrings((value, visit) => {
          const isMatch = matches(pattern, value, visit.run.budget);
          if (isMatch === undefined) return "unknown";
          return visit.expect(isMatch, () => "String does not match pattern.");
        })
      : undefined,
  ),
];
