import { FetchHttpClient } from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { openApiPlugin } from "@executor/plugin-openapi";
import {
  Namespace,
  NewSecret,
  NewSource,
  sdkLayer,
  SecretKey,
  SecretName,
  Secrets,
  SourcePlugins,
  Sources,
  ToolInvoker,
  Tools,
} from "@executor/sdk";
import type { JsonObject } from "@executor/sdk";
import { layerMemory } from "@executor/storage/bun";
import { Effect, Layer, Redacted, Runtime, Schema } from "effect";
import * as fc from "fast-check";

const plugins = Layer.effect(
  SourcePlugins,
  Effect.map(openApiPlugin, (plugin) => new Map([[plugin.kind, plugin]])),
);

const layer = sdkLayer.pipe(
  Layer.provide(plugins),
  Layer.provide(Layer.mergeAll(FetchHttpClient.layer, SecretKey.layerTest, layerMemory)),
);

const value = "hunter2-secret-value";
const literal = "hunter2-literal-value";

/** A server that keeps what it was sent, and redirects where `to` says. */
const listen = Effect.acquireRelease(
  Effect.sync(() => {
    const arrivals: Array<string> = [];
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        arrivals.push(
          `${request.url} ${JSON.stringify(request.headers.toJSON())} ${await request.text()}`,
        );
        const to = new URL(request.url).searchParams.get("to");
        return to === null || /[\r\n]/.test(to) || URL.parse(to, request.url) === null
          ? Response.json({})
          : new Response(null, { status: 307, headers: { location: to } });
      },
    });
    return { server, arrivals, host: `127.0.0.1:${server.port}` };
  }),
  ({ server }) => Effect.promise(() => server.stop(true)),
);

/** Ways to write an address so that it leads away, or seems to. */
const waysTo = (stranger: string, home: string): ReadonlyArray<string> => [
  `http://${stranger}`,
  `http://${stranger}/x`,
  `//${stranger}/x`,
  `/\\${stranger}/x`,
  `\\\\${stranger}\\x`,
  `http:${stranger}`,
  `http:///${stranger}/`,
  `http://${home}@${stranger}/`,
  `http://user:password@${stranger}/`,
  `http://${stranger}#@${home}/`,
  `http://${stranger}\\@${home}/`,
  `http://${stranger}/?@${home}/`,
  `@${stranger}/x`,
  `:80@${stranger}/x`,
  `/..//${stranger}/x`,
  `%2f%2f${stranger}/x`,
  `.${stranger}/x`,
  `x\r\nHost: ${stranger}`,
];

interface Case {
  readonly server: string;
  readonly operationServer: string | undefined;
  readonly variable: string;
  readonly path: string;
  readonly baseUrl: string | undefined;
  readonly method: string;
  readonly input: JsonObject;
}

const cases = (stranger: string, home: string): fc.Arbitrary<Case> => {
  const away = fc.constantFrom(...waysTo(stranger, home));
  const own = fc.constantFrom(`http://${home}`, `http://${home}/v1/`, `http://{host}`);
  const often = <A>(common: fc.Arbitrary<A>, rare: fc.Arbitrary<A>) =>
    fc.oneof({ weight: 5, arbitrary: common }, { weight: 1, arbitrary: rare });
  const text = often(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.oneof(away, fc.constantFrom("..", ".", stranger)),
  );
  return fc.record({
    server: often(own, away),
    operationServer: often(fc.constant(undefined), fc.oneof(own, away)),
    variable: often(fc.constant(home), fc.oneof(away, fc.constant(stranger))),
    path: often(
      fc.constantFrom("/a/{p}", "/{p}", "{p}", "/{p}/..", "?q={p}"),
      fc.oneof(
        away,
        away.map((path) => `/${path}`),
      ),
    ),
    baseUrl: often(fc.constant(undefined), fc.oneof(own, away)),
    method: fc.constantFrom("get", "head"),
    input: fc.record(
      {
        p: text,
        to: fc.oneof(away, text),
        host: text,
        "X-Forwarded-Host": text,
        server: text,
      },
      { requiredKeys: ["p"] },
    ),
  });
};

const documentOf = ({ server, operationServer, variable, path, method }: Case): string => {
  const withVariable = (url: string) => ({ url, variables: { host: { default: variable } } });
  const parameter = (name: string, place: string) => ({
    name,
    in: place,
    required: place === "path",
    schema: { type: "string" },
  });
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Case", version: "1" },
    servers: [withVariable(server)],
    paths: {
      [path]: {
        [method]: {
          operationId: "call",
          ...(operationServer === undefined ? {} : { servers: [withVariable(operationServer)] }),
          parameters: [
            ...(path.includes("{p}") ? [parameter("p", "path")] : []),
            parameter("to", "query"),
            parameter("host", "query"),
            parameter("server", "header"),
            parameter("X-Forwarded-Host", "header"),
          ],
          responses: { "200": { description: "Done" } },
        },
      },
    },
  });
};

const putSecret = (host: string) =>
  Effect.flatMap(Secrets, (secrets) =>
    secrets.put(
      SecretName.make("token"),
      Schema.decodeSync(Schema.typeSchema(NewSecret))({
        value: Redacted.make(value),
        origins: [`http://${host}`],
      }),
    ),
  );

const namespace = Namespace.make("case");

/** Adds the source, calls its tool, and removes it; how far that goes does not matter. */
const attempt = (given: Case) =>
  Effect.gen(function* () {
    const sources = yield* Sources;
    yield* sources.add(
      new NewSource({
        namespace,
        kind: "openapi",
        document: documentOf(given),
        ...(given.baseUrl === undefined ? {} : { baseUrl: given.baseUrl }),
        headers: {
          Authorization: { secret: SecretName.make("token"), prefix: "Bearer " },
          // Goes along with redirects, where it is no credential.
          "User-Agent": { secret: SecretName.make("token") },
          "X-Api-Key": literal,
        },
        timeoutMs: 2_000,
      }),
    );
    const { items } = yield* (yield* Tools).list({ namespace, limit: 10 });
    const { call } = yield* ToolInvoker;
    for (const { address } of items) {
      const known = Object.entries(given.input).filter(
        ([name]) => name !== "p" || given.path.includes("{p}"),
      );
      yield* Effect.ignore(call(address, Object.fromEntries(known)));
    }
  }).pipe(
    Effect.ignore,
    Effect.ensuring(Effect.flatMap(Sources, (sources) => Effect.ignore(sources.remove(namespace)))),
  );

describe("a secret of a source", () => {
  it.scopedLive(
    "reaches no other server, whatever its description and its input hold",
    () =>
      Effect.gen(function* () {
        const home = yield* listen;
        const stranger = yield* listen;
        const runtime = yield* Layer.toRuntime(layer);
        const run = Runtime.runPromise(runtime);
        yield* Effect.provide(putSecret(home.host), runtime);
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(cases(stranger.host, home.host), async (given) => {
              const before = stranger.arrivals.length;
              await run(attempt(given));
              expect(stranger.arrivals.slice(before).join("\n")).not.toMatch(/hunter2/);
            }),
            { numRuns: 500 },
          ),
        );
        const authorised = home.arrivals.filter((arrival) => arrival.includes(`Bearer ${value}`));
        expect(authorised.length).toBeGreaterThan(20);
        expect(authorised.some((arrival) => arrival.includes("to="))).toBe(true);
        expect(stranger.arrivals.length).toBeGreaterThan(0);
      }),
    120_000,
  );
});
