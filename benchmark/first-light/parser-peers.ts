import { hasMethods, peerModule } from "./peer-module.ts";
import { peakBytes } from "./process-use.ts";
import { time } from "./statistics.ts";

/** What others do with the same description; none of them stores anything, and each is asked in a process of its own. */
export const parserPeers = [
  "JSON.parse",
  "@scalar/openapi-parser dereference",
  "@scalar/openapi-parser validate",
  "@apidevtools/swagger-parser dereference",
  "@apidevtools/swagger-parser validate",
] as const;

const parsers: Readonly<Record<string, () => Promise<(path: string) => Promise<unknown>>>> = {
  JSON: async () => async (path) => JSON.parse(await Bun.file(path).text()),
  "@scalar/openapi-parser": async () => {
    const parser = await peerModule("@scalar/openapi-parser/dist/index.js");
    return async (path) => method(parser)(await Bun.file(path).text());
  },
  "@apidevtools/swagger-parser": async () => {
    const module = await peerModule("@apidevtools/swagger-parser/lib/index.js");
    return async (path) => method(Object(module).default)(path);
  },
};
