import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import type { ListedTool } from "./tool-definition.ts";

/** A tool of a server's list as far as it can be read, and the members that cannot. */
export interface ReadTool {
  /** `undefined` where a member cannot be read without which there is no tool. */
  readonly tool: ListedTool | undefined;
  /** Names of the members that are not what MCP says. */
  readonly unread: ReadonlyArray<string>;
}

const anyObject: JsonObject = { type: "object" };

/**
 * Reads a tool of `tools/list` (MCP, "Tool"). A member that is `null` is absent, and one that is not what MCP says is left out, alone:
 * only without a name, or with an input schema that is none, is there no tool. Without an input schema a tool takes any object.
 */
export const readTool = (listed: Json): ReadTool => {
  const unread: Array<string> = [];
  const read = <A extends Json>(
    name: string,
    isOne: (value: Json) => value is A,
    of: Json = listed,
  ): A | undefined => {
    const value = member(of, name) ?? null;
    if (value === null) return undefined;
    if (isOne(value)) return value;
    unread.push(of === listed ? name : `annotations.${name}`);
    return undefined;
  };
  const name = read("name", isNonEmpty);
  const title = read("title", isString);
  const description = read("description", isString);
  const given = member(listed, "inputSchema") ?? null;
  const inputSchema = given === null || given === true ? anyObject : read("inputSchema", isObject);
  const outputSchema = read("outputSchema", isObject);
  const annotations = read("annotations", isObject) ?? {};
  const execution = read("execution", isObject) ?? {};
  const shownTitle = title ?? read("title", isString, annotations);
  const isReadOnly = read("readOnlyHint", isBoolean, annotations);
  const isDestructive = read("destructiveHint", isBoolean, annotations);
  if (name === undefined && !unread.includes("name")) unread.push("name");
  if (name === undefined || inputSchema === undefined) return { tool: undefined, unread };
  const tool: ListedTool = {
    name,
    title: shownTitle,
    description,
    inputSchema,
    outputSchema,
    isReadOnly,
    isDestructive,
    asTask: execution["taskSupport"] === "required",
  };
  return { tool, unread };
};

const isString = (value: Json): value is string => typeof value === "string";
const isNonEmpty = (value: Json): value is string => typeof value === "string" && value !== "";
const isBoolean = (value: Json): value is boolean => typeof value === "boolean";
