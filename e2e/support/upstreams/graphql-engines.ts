import { createRequire } from "node:module";
import { peer } from "./peers.ts";

/** A GraphQL server of one of the libraries that people serve schemas with. */
export interface Engine {
  readonly url: string;
  readonly stop: () => Promise<unknown>;
}

/** What each engine serves: a schema in GraphQL's language, and its resolvers. */
export interface Served {
  readonly typeDefs: string;
  readonly resolvers: Readonly<Record<string, unknown>>;
}

/** The exports of an installed package. The engines' types are not installed with this workspace. */
const load = (name: string): unknown => createRequire(peer("graphql-yoga/package.json"))(name);

const call = (method: unknown, of: unknown, given: ReadonlyArray<unknown>): unknown => {
  if (typeof method !== "function") throw new Error("The engine does not export what it did.");
  return Reflect.apply(method, of, given);
};

/** Calls a function of a package, or of an object that a package made. */
const ask = (of: unknown, name: string, ...given: ReadonlyArray<unknown>): unknown =>
  call(Reflect.get(Object(of), name), of, given);

const startYoga = async (served: Served): Promise<Engine> => {
  const yoga = load("graphql-yoga");
  const schema = ask(yoga, "createSchema", served);
  const handler = ask(yoga, "createYoga", { schema, logging: false });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const response = await ask(handler, "fetch", request);
      return response instanceof Response ? response : new Response(null, { status: 500 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}/graphql`, stop: () => server.stop(true) };
};

const startApollo = async (served: Served): Promise<Engine> => {
  const ApolloServer: unknown = Reflect.get(Object(load("@apollo/server")), "ApolloServer");
  if (typeof ApolloServer !== "function") throw new Error("There is no ApolloServer.");
  const server: unknown = Reflect.construct(ApolloServer, [{ ...served, introspection: true }]);
  const started: unknown = await ask(
    load("@apollo/server/standalone"),
    "startStandaloneServer",
    server,
    { listen: { host: "127.0.0.1", port: 0 } },
  );
  return {
    url: String(Reflect.get(Object(started), "url")),
    stop: async () => ask(server, "stop"),
  };
};

const startMercurius = async ({ resolvers, typeDefs }: Served): Promise<Engine> => {
  const server = call(load("fastify"), undefined, [{ forceCloseConnections: true }]);
  ask(server, "register", load("mercurius"), { schema: typeDefs, resolvers });
  const url = await ask(server, "listen", { host: "127.0.0.1", port: 0 });
  return { url: `${String(url)}/graphql`, stop: async () => ask(server, "close") };
};

export const engines = [
  ["GraphQL Yoga", startYoga],
  ["Apollo Server", startApollo],
  ["Mercurius", startMercurius],
] as const;
