import type { Json, JsonObject } from "@executor/sdk";
import {
  fromEntries,
  isObject,
  isToldHeader,
  maxHeaders,
  member,
  shorten,
  text,
} from "@executor/plugin-kit";
import type { References } from "../document/references.ts";
import type { Operation } from "./operations.ts";

/** Characters of a described header's name. */
const maxName = 200;

/** Characters of a header's description. */
const maxDescription = 300;

/** The `content` of the first 2xx response that has any, in the order of the statuses. */
export const successContent = (
  operation: JsonObject,
  references: References,
): JsonObject | undefined =>
  statusesOf(operation)
    .filter(isSuccess)
    .map((status) => member(responseOf(operation, status, references), "content"))
    .filter(isObject)
    .find((content) => Object.keys(content).length > 0);

/**
 * What a description says about the headers of an operation's responses, by their names in lower case: simple schemas with
 * `description`, `type`, `format` and `enum`. Of a header that several responses have, the first counts, those of success before
 * others. `undefined` where it says nothing.
 */
export const responseHeaders = (
  { operation, place }: Operation,
  references: References,
): JsonObject | undefined => {
  const statuses = statusesOf(operation);
  const ordered = [...statuses.filter(isSuccess), ...statuses.filter((each) => !isSuccess(each))];
  const known = new Map<string, Json>();
  let leftOut = 0;
  for (const status of ordered) {
    const headers = member(responseOf(operation, status, references), "headers");
    for (const [written, header] of Object.entries(isObject(headers) ? headers : {})) {
      const name = written.toLowerCase();
      if (known.has(name) || !isToldHeader(name)) continue;
      if (known.size >= maxHeaders || name.length > maxName) leftOut += 1;
      else known.set(name, headerSchema(header, references));
    }
  }
  if (leftOut > 0) {
    references.warnings.warn(
      "response_headers_not_shown",
      `Of the headers of the responses ${leftOut} are not shown with the tool: at most ${maxHeaders} are, with names of ${maxName} characters.`,
      `${place}/responses`,
    );
  }
  return known.size === 0 ? undefined : fromEntries(known);
};

const headerSchema = (given: Json | undefined, references: References): JsonObject => {
  const header = references.follow(given);
  const schema = references.follow(member(header, "schema"));
  const description = text(member(header, "description")) ?? text(member(schema, "description"));
  const kept = ["type", "format", "enum"].flatMap((keyword) => {
    const value = member(schema, keyword);
    return value === undefined ? [] : [[keyword, value] as const];
  });
  return fromEntries([
    ...(description === undefined
      ? []
      : [["description", shorten(description, maxDescription)] as const]),
    ...kept,
  ]);
};

const statusesOf = (operation: JsonObject): ReadonlyArray<string> => {
  const responses = member(operation, "responses");
  return isObject(responses)
    ? Object.keys(responses)
        .filter((status) => !status.startsWith("x-"))
        .toSorted()
    : [];
};

const isSuccess = (status: string): boolean => /^2(\d\d|XX)$/i.test(status);

const responseOf = (
  operation: JsonObject,
  status: string,
  references: References,
): JsonObject | undefined => references.follow(member(member(operation, "responses"), status));
