import { keywords } from "../schemas/keywords.ts";

/** The kinds of object whose references are followed. `link` stands for a path item of which only the `$ref` is followed, `mapping` for a value of a discriminator. */
export type Kind =
  | "encoding"
  | "header"
  | "link"
  | "mapping"
  | "mediaType"
  | "operation"
  | "parameter"
  | "pathItem"
  | "requestBody"
  | "response"
  | "schema";

/** What a member holds: one object of a kind, a list of them, or an object of them by name. */
export interface Member {
  readonly form: "one" | "list" | "map";
  readonly kind: Kind;
}

const one = (kind: Kind): Member => ({ form: "one", kind });
const list = (kind: Kind): Member => ({ form: "list", kind });
const map = (kind: Kind): Member => ({ form: "map", kind });

const parameter = { schema: one("schema"), content: map("mediaType") };

/**
 * The members of each kind of object that may hold references (OpenAPI 3.0 to 3.2). Members that are not here hold data, such as
 * `example` and `default`, in which a `$ref` is no reference, or what no tool is made of, such as callbacks and links.
 */
export const shapes: Readonly<Record<Kind, Readonly<Record<string, Member>>>> = {
  encoding: { headers: map("header"), encoding: map("encoding") },
  header: parameter,
  link: {},
  mapping: {},
  mediaType: {
    schema: one("schema"),
    itemSchema: one("schema"),
    encoding: map("encoding"),
    itemEncoding: one("encoding"),
    prefixEncoding: list("encoding"),
  },
  operation: {
    parameters: list("parameter"),
    requestBody: one("requestBody"),
    responses: map("response"),
  },
  parameter,
  pathItem: { parameters: list("parameter") },
  requestBody: { content: map("mediaType") },
  response: { content: map("mediaType"), headers: map("header") },
  schema: Object.fromEntries(
    [...keywords].flatMap(([keyword, kind]): ReadonlyArray<[string, Member]> => {
      if (typeof kind === "function") return [];
      return [[keyword, { form: kind === "schema" ? "one" : kind, kind: "schema" }]];
    }),
  ),
};

/** What follows where a reference to an object of this kind cannot be followed. */
export const consequences: Readonly<Record<Kind, string>> = {
  encoding: "the field is written in the default way",
  header: "the header is not described",
  link: "the operations there are left out",
  mapping: "the value stands for no schema",
  mediaType: "its schema is left open",
  operation: "the operation is left out",
  parameter: "the parameter is left out",
  pathItem: "its operations are left out",
  requestBody: "the operation has no body",
  response: "the reply is not described",
  schema: "any value is taken there",
};
