import { createRequire } from "node:module";
import { peer } from "./peers.ts";
import { bookshop } from "./graphql-bookshop.ts";

interface YogaModule {
  readonly createSchema: (definition: { typeDefs: string; resolvers: unknown }) => unknown;
  readonly createYoga: (options: {
    schema: unknown;
    logging: boolean;
  }) => (request: Request) => Response | Promise<Response>;
}

const isYoga = (loaded: unknown): loaded is YogaModule =>
  typeof loaded === "object" &&
  loaded !== null &&
  "createYoga" in loaded &&
  "createSchema" in loaded;

export interface GraphQlServer {
  /** The endpoint. */
  readonly url: string;
  readonly port: number;
  /** Every operation that it was asked for so far, by its name; `_` for those without one. */
  readonly operations: () => ReadonlyArray<string>;
  /** The headers of the request before. */
  readonly lastHeaders: () => Headers;
  readonly stop: () => Promise<void>;
}

export const loadYoga = (): YogaModule => {
  const loaded: unknown = createRequire(import.meta.url)(peer("graphql-yoga"));
  if (!isYoga(loaded)) throw new Error("graphql-yoga does not export what it did.");
  return loaded;
};

/** GraphQL Yoga with a bookshop, its errors masked as in production. `port` is where it was before, or any. */
export const startBookshop = (port = 0): GraphQlServer => {
  const { createSchema, createYoga } = loadYoga();
  const yoga = createYoga({ schema: createSchema(bookshop()), logging: false });
  const operations: Array<string> = [];
  let headers = new Headers();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    fetch: async (request) => {
      const body: unknown = await request
        .clone()
        .json()
        .catch(() => null);
      operations.push(operationName(body));
      headers = request.headers;
      return yoga(request);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/graphql`,
    port: server.port ?? 0,
    operations: () => operations.slice(),
    lastHeaders: () => headers,
    stop: () => server.stop(true),
  };
};

const operationName = (body: unknown): string =>
  typeof body === "object" && body !== null && "operationName" in body
    ? String(body.operationName)
    : "_";
