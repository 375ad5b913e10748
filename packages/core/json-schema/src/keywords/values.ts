import { equalityKey, preview } from "../canonical.ts";
import { mayBeInteger } from "../integers.ts";
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
  name === "integer"
    ? Number.isInteger(value) || typeof value === "bigint"
    : name === typeOf(value);

const type = (parameter: Json): Check | undefined => {
  const names = new Set(isArray(parameter) ? parameter : [parameter]);
  const known = [...names].filter(isTypeName);
  if (known.length < names.size) return undefined;
  const otherForm = (value: Json): "integers" | "texts" | undefined => {
    if (typeof value === "bigint") return known.includes("string") ? "texts" : undefined;
    const takesIntegers = known.includes("integer") || known.includes("number");
    return takesIntegers && mayBeInteger(value) ? "integers" : undefined;
  };
  const isExact = !known.includes("number");
  return (visit) => {
    const { value, report } = visit;
    if (known.some((name) => isType(value, name))) {
      if (!isExact || !Number.isInteger(value) || Number.isSafeInteger(value)) return "fits";
      report?.addInexact(
        () =>
          `${preview(value)} lies beyond 2^53, where numbers are not exact. Give the integer as text, in its digits.`,
      );
      return "misfits";
    }
    const other = otherForm(value);
    if (other !== undefined) report?.otherForm(other, visit.run.budget);
    return visit.misfit(
      () => `Instance type "${typeOf(value)}" is invalid. Expected "${known.join('", "')}".`,
    );
  };
};

/** Integers of these formats (OpenAPI's registry of formats), of which only those beyond 2^53 are checked. */
const formats: ReadonlyMap<string, readonly [least: bigint, most: bigint]> = new Map(
  [8n, 16n, 32n, 64n].flatMap((bits) => [
    [`int${bits}`, [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]] as const,
    [`uint${bits}`, [0n, (1n << bits) - 1n]] as const,
  ]),
);

const format = (parameter: Json): Check | undefined => {
  const range = typeof parameter === "string" ? formats.get(parameter) : undefined;
  if (range === undefined) return () => "fits";
  const [least, most] = range;
  return (visit) => {
    const { value } = visit;
    return visit.expect(
      typeof value !== "bigint" || (value >= least && value <= most),
      () => `${preview(value)} is outside of ${preview(parameter)}.`,
    );
  };
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
  isBeyond: (value: number | bigint, limit: number | bigint) => boolean,
  words: string,
): Keyword => ({
  names: [name, exclusiveName],
  make: (schema) => {
    const inclusive = limitOf(schema[name]);
    const exclusive = limitOf(schema[exclusiveName]);
    const isFlag = exclusive === true;
    if (inclusive !== undefined && !isNumber(inclusive)) return undefined;
    if (exclusive !== undefined && !isNumber(exclusive) && typeof exclusive !== "boolean")
      return undefined;
    return forNumbers((value, visit) => {
      if (
        inclusive !== undefined &&
        (isBeyond(value, inclusive) || (isFlag && isEqual(value, inclusive)))
      )
        return visit.misfit(
          () => `${value} is ${isFlag ? `${words} or equal to` : words} ${inclusive}.`,
        );
      return isNumber(exclusive) && (isBeyond(value, exclusive) || isEqual(value, exclusive))
        ? visit.misfit(() => `${value} is ${words} or equal to ${exclusive}.`)
        : "fits";
    });
  },
});

const isNumber = (value: Json | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

/** A bound; a schema holds one beyond 2^53 as text. */
const limitOf = (value: Json | undefined): Json | undefined =>
  value !== undefined && mayBeInteger(value) ? BigInt(value) : value;

/** Exact for a number and a `bigint`, too. */
const isEqual = (left: number | bigint, right: number | bigint): boolean =>
  left < right ? false : left <= right;

/** A number as an integer times a power of ten, exactly as it is written. */
const decimal = (value: number | bigint): readonly [digits: bigint, exponent: number] => {
  if (typeof value === "bigint") return [value, 0];
  const [digits = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const [, fraction = ""] = digits.split(".");
  return [BigInt(digits.replace(".", "")), Number(exponent) - fraction.length];
};

const isMultiple = (value: number | bigint, divisor: number, { run }: Visit): boolean => {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
    if (!Number.isFinite(value)) return false;
  }
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
  keyword("format", format),
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
