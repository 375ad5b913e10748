import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import { upgradeFromTwoToThree } from "@scalar/openapi-upgrader/2.0-to-3.0";

/**
 * One operation, or anything that is written like a part of one, in OpenAPI 3.0. It is converted in a document of its own without
 * shared parts, so that the converter sees no reference that it knows: it would also rewrite those in examples.
 */
export const upgrade = (
  root: JsonObject,
  operation: JsonObject,
  resolved: { readonly [member: string]: Json | ReadonlyArray<string> },
): JsonObject => {
  const { consumes, produces, schemes: _, ...rest } = { ...operation, ...resolved };
  const document = upgradeDocument({
    swagger: "2.0",
    paths: { "/": { get: { ...rest, consumes: consumes ?? json, produces: produces ?? json } } },
  });
  const converted = member(member(member(document, "paths"), "/"), "get");
  return isObject(converted) ? converted : {};
};

const json: Json = ["application/json"];

/** Converts a copy: the converter changes what it is given, and shared values more than once. */
export const upgradeDocument = (document: JsonObject): Json => {
  const copy: unknown = JSON.parse(JSON.stringify(document));
  const converted: unknown = isRecord(copy) ? upgradeFromTwoToThree(copy) : copy;
  return isJson(converted) ? converted : null;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const isJson = (value: unknown): value is Json => value !== undefined;
