import type {
  Completion,
  FilledPrompt,
  Json,
  JsonObject,
  ResourceContents,
  SourcePrompt,
  SourceResource,
  SourceResourceTemplate,
} from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";

/** Characters of a name, a title or a description of a server. */
const maxChars = 8_000;

/** Values of a completion (MCP, "Completion"). */
const maxValues = 100;

const maxArguments = 100;

const stringIn = (value: Json, name: string): string | undefined => {
  const found = member(value, name);
  return typeof found === "string" ? found.slice(0, maxChars) : undefined;
};

/** What the lists of MCP say of each of their members, beside its name. */
interface Described {
  title?: string;
  description?: string;
  mimeType?: string;
  annotations?: JsonObject;
}

const described = (value: Json): Described => {
  const about = titled(value);
  const mimeType = stringIn(value, "mimeType");
  const annotations = member(value, "annotations");
  if (mimeType !== undefined) about.mimeType = mimeType;
  if (isObject(annotations)) about.annotations = annotations;
  return about;
};

const titled = (value: Json): Described => {
  const about: Described = {};
  const title = stringIn(value, "title");
  const description = stringIn(value, "description");
  if (title !== undefined) about.title = title;
  if (description !== undefined) about.description = description;
  return about;
};

/** A resource of a list (MCP, "Resource"); nothing without a URI. A name that is missing is the URI. */
export const readResource = (listed: Json): ReadonlyArray<SourceResource> => {
  const uri = stringIn(listed, "uri");
  if (uri === undefined || uri === "") return [];
  const size = member(listed, "size");
  return [
    {
      uri,
      name: stringIn(listed, "name") ?? uri,
      ...described(listed),
      ...(typeof size === "number" ? { size } : {}),
    },
  ];
};

/** A template of a list (MCP, "ResourceTemplate"). */
export const readTemplate = (listed: Json): ReadonlyArray<SourceResourceTemplate> => {
  const uriTemplate = stringIn(listed, "uriTemplate");
  if (uriTemplate === undefined || uriTemplate === "") return [];
  return [{ uriTemplate, name: stringIn(listed, "name") ?? uriTemplate, ...described(listed) }];
};

/** A prompt of a list (MCP, "Prompt"). */
export const readPrompt = (listed: Json): ReadonlyArray<SourcePrompt> => {
  const name = stringIn(listed, "name");
  if (name === undefined || name === "") return [];
  const given = member(listed, "arguments");
  return [
    {
      name,
      ...titled(listed),
      arguments: (isArray(given) ? given : []).slice(0, maxArguments).flatMap((argument) => {
        const argumentName = stringIn(argument, "name");
        if (argumentName === undefined) return [];
        const required = member(argument, "required") === true;
        return [{ name: argumentName, ...titled(argument), required }];
      }),
    },
  ];
};

/** The contents of a `resources/read` result; `undefined` for another value. */
export const readContents = (result: JsonObject): ReadonlyArray<ResourceContents> | undefined => {
  const contents = member(result, "contents");
  if (!isArray(contents)) return undefined;
  return contents.flatMap((each): ReadonlyArray<ResourceContents> => {
    const uri = member(each, "uri");
    const text = member(each, "text");
    const blob = member(each, "blob");
    const mimeType = stringIn(each, "mimeType");
    const about = {
      uri: typeof uri === "string" ? uri : "",
      ...(mimeType === undefined ? {} : { mimeType }),
    };
    if (typeof text === "string") return [{ ...about, text }];
    return typeof blob === "string" ? [{ ...about, blob }] : [];
  });
};

/** The result of `prompts/get`; `undefined` for another value. */
export const readFilledPrompt = (result: JsonObject): FilledPrompt | undefined => {
  const messages = member(result, "messages");
  const description = stringIn(result, "description");
  if (!isArray(messages)) return undefined;
  return {
    ...(description === undefined ? {} : { description }),
    messages: messages.flatMap((each) => {
      const content = member(each, "content");
      const role = member(each, "role");
      return isObject(content) && (role === "user" || role === "assistant")
        ? [{ role, content }]
        : [];
    }),
  };
};

/** The result of `completion/complete`. What is no completion has no values. */
export const readCompletion = (result: JsonObject): Completion => {
  const completion = member(result, "completion");
  const values = member(completion, "values");
  const total = member(completion, "total");
  const hasMore = member(completion, "hasMore");
  return {
    values: (isArray(values) ? values : [])
      .filter((value) => typeof value === "string")
      .slice(0, maxValues),
    ...(typeof total === "number" ? { total } : {}),
    ...(typeof hasMore === "boolean" ? { hasMore } : {}),
  };
};
