import type { Json, JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Binding } from "./binding.ts";
import { pathValue, plain } from "./parameter-styles.ts";
import { encode } from "./percent-encoding.ts";

/**
 * The path template with its variables filled in. A value stays within its place: it can neither add a segment nor climb out
 * of one, which `.` and `..` would do even when encoded (WHATWG URL, "double-dot path segment").
 */
export const requestPath = (binding: Binding, input: JsonObject): Either.Either<string, string> => {
  const values = new Map<string, string>();
  for (const parameter of binding.parameters) {
    if (parameter.in !== "path") continue;
    const value = member(input, parameter.key) ?? null;
    const text = value === null ? "" : written(parameter, value);
    if (text === "") {
      return Either.left(
        `\`${parameter.key}\` is part of the path and cannot be left out or empty.`,
      );
    }
    values.set(parameter.name, text);
  }
  const [template = "", query] = binding.path.replace(/#.*$/s, "").split(/\?(.*)/s);
  const path = fillIn(template, values);
  const climbs = path.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
  if (climbs) {
    return Either.left(
      "A path parameter is `.` or `..`, which would lead to another operation. Give another value.",
    );
  }
  return Either.right(query === undefined || query === "" ? path : `${path}?${query}`);
};

const written = (parameter: Binding["parameters"][number], value: Json): string =>
  parameter.json ? encode(plain(value)) : pathValue(parameter.name, value, parameter);

const fillIn = (template: string, values: ReadonlyMap<string, string>): string => {
  const path = template.replace(/\{([^}]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  return path.startsWith("/") ? path : `/${path}`;
};
