import { Schema } from "effect";
import { hasMethods, peerModule } from "./peer-module.ts";
import { peakBytes } from "./process-use.ts";
import { time } from "../support/statistics.ts";

export const Parsed = Schema.Struct({ millis: Schema.Number, peakBytes: Schema.Number });

/** What others do with a description; `load` is not measured. None of them stores anything. */
const parsers: Readonly<Record<string, () => Promise<(path: string) => unknown>>> = {
  "`Bun.file(path).json()`: reading and parsing alone": async () => (path) => Bun.file(path).json(),
  "@scalar/openapi-parser, dereference": async () => {
    const parser = await peerModule("@scalar/openapi-parser/dist/index.js");
    if (!hasMethods(parser, "dereference")) throw new Error("Its exports have changed.");
    return async (path) => parser.dereference(await Bun.file(path).text());
  },
  "@scalar/openapi-parser, validate": async () => {
    const parser = await peerModule("@scalar/openapi-parser/dist/index.js");
    if (!hasMethods(parser, "validate")) throw new Error("Its exports have changed.");
    return async (path) => parser.validate(await Bun.file(path).text());
  },
  "@apidevtools/swagger-parser, dereference": async () => {
    const parser = await swaggerParser();
    return (path) => parser.dereference(path);
  },
  "@apidevtools/swagger-parser, validate": async () => {
    const parser = await swaggerParser();
    return (path) => parser.validate(path);
  },
};

const swaggerParser = async () => {
  const module = await peerModule("@apidevtools/swagger-parser/lib/index.js");
  const parser: unknown = Reflect.get(Object(module), "default");
  if (!hasMethods(parser, "dereference", "validate")) throw new Error("Its exports have changed.");
  return parser;
};

export const parserNames: ReadonlyArray<string> = Object.keys(parsers);

/** In a process of its own: reads the description once, as `argument` says: the parser's name and the path, in JSON. */
export const parseOnce = async (argument: string): Promise<typeof Parsed.Type> => {
  const [name, path] = decodeRequest(argument);
  const parse = await parsers[name]?.();
  if (parse === undefined) throw new Error(`There is no parser ${name}.`);
  return { millis: await time(() => parse(path)), peakBytes: peakBytes("self") };
};

const decodeRequest = Schema.decodeSync(
  Schema.parseJson(Schema.Tuple(Schema.String, Schema.String)),
);
