import { HttpClient, HttpClientResponse } from "@effect/platform";
import {
  callUpstream,
  Namespace,
  NewSource,
  sdkLayer,
  SecretKey,
  SourcePlugins,
  Sources,
  ToolAnnotations,
  ToolInvoker,
} from "@executor/sdk";
import type { SourcePlugin } from "@executor/sdk";
import { layerMemory } from "@executor/storage/bun";
import { makeSampler, type SamplerName, SpanTracer, traced } from "@executor/telemetry/tracing";
import { Effect, Layer, Option } from "effect";

/** An upstream without a network: what is measured is Executor's own time. */
const client = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(null, { status: 204 }))),
);

const plugin: SourcePlugin = {
  kind: "openapi",
  detect: () => Effect.succeed(Option.none()),
  load: () =>
    Effect.succeed({
      name: "Bench",
      url: "http://upstream.test",
      definitions: new Map(),
      warnings: [],
      tools: [
        {
          path: "items.get",
          description: "",
          annotations: new ToolAnnotations({
            readOnly: true,
            destructive: false,
            requiresApproval: false,
          }),
          inputSchema: { type: "object" },
          outputSchema: null,
          binding: null,
        },
      ],
    }),
  invoke: ({ namespace }) =>
    callUpstream({
      namespace,
      method: "GET",
      url: "http://upstream.test/items/7?q=words",
      template: "/items/{id}",
      headers: {},
      timeoutMs: 30_000,
    }).pipe(
      Effect.map(({ body }) => ({ data: { ok: true }, size: body.length })),
      Effect.provideService(HttpClient.HttpClient, client),
    ),
};

const services = sdkLayer.pipe(
  Layer.provide(SecretKey.layerTest),
  Layer.provideMerge(layerMemory),
  Layer.provide(Layer.succeed(SourcePlugins, new Map([[plugin.kind, plugin]]))),
);

const tracerOf = (sampler: SamplerName) =>
  new SpanTracer({ sampler: makeSampler(sampler, 1), onEnd: () => {} });

/** One call as an MCP request makes it: the request, an execution, the tool call and the request to the upstream. */
const request = (call: Effect.Effect<unknown, unknown>) =>
  call.pipe(
    traced(() => ({ name: "execution", attributes: () => ({ "executor.execution.id": "bench" }) })),
    traced(() => ({ name: "tools/call execute", kind: "server" })),
    traced(() => ({ name: "POST /mcp", kind: "server" })),
  );

/** Microseconds of processor time of a call, the least of `rounds` of `calls` calls each. */
export const measureCalls = (
  sampler: SamplerName | undefined,
  rounds: number,
  calls: number,
): Promise<number> =>
  Effect.gen(function* () {
    const sources = yield* Sources;
    const { call } = yield* ToolInvoker;
    const namespace = Namespace.make("bench");
    yield* sources.add(new NewSource({ namespace, kind: "openapi", url: "http://upstream.test" }));
    const one = request(call("bench.items.get", { id: "7" }));
    const round = Effect.gen(function* () {
      const before = process.cpuUsage();
      for (let index = 0; index < calls; index += 1) yield* one;
      const { system, user } = process.cpuUsage(before);
      return (system + user) / calls;
    });
    const all = Effect.replicateEffect(round, rounds);
    const times = yield* sampler === undefined ? all : Effect.withTracer(all, tracerOf(sampler));
    return Math.min(...times);
  }).pipe(
    (effect) => Effect.provide(effect, services),
    (effect) => Effect.runPromise(Effect.orDie(effect)),
  );
