import { SourceInUse } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { untilEffect } from "@executor/testing";
import { recordingTracer } from "@executor/testing/tracer";
import { traced as below } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import { httpServer } from "../support/http-server.ts";
import { modernServer } from "../support/modern-server.ts";
import { call, plugin, programSettings, settingsOf } from "../support/source.ts";

const traced = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const { spans, tracer } = recordingTracer();
  return Effect.as(Effect.withTracer(effect, tracer), spans);
};

describe("spans", () => {
  it.scopedLive("show what a source is asked, and the requests on the wire below it", () =>
    Effect.gen(function* () {
      const server = yield* httpServer();
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      const spans = yield* traced(Effect.provideService(mcp.load(settings), SourceInUse, "test"));
      yield* untilEffect("the reply has ended", () => spans.some(({ name }) => name === "POST"));
      expect(spans.map(({ name }) => name).toSorted()).toEqual([
        "POST",
        "initialize",
        "server/discover",
        "tools/list",
      ]);
      const named = (name: string) => spans.find((span) => span.name === name);
      const list = named("tools/list");
      const { hostname, origin, port } = new URL(server.url);
      expect(Object.fromEntries(list?.attributes ?? [])).toEqual({
        "mcp.method.name": "tools/list",
        "mcp.protocol.version": "2025-11-25",
        "executor.source": "test",
        "network.transport": "tcp",
        "server.address": hostname,
        "server.port": Number(port),
      });
      expect(named("POST")?.parent).toMatchObject({ value: { spanId: list?.spanId } });
      expect(Object.fromEntries(named("POST")?.attributes ?? [])).toMatchObject({
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "url.full": `${origin}/mcp`,
      });
      expect(named("server/discover")?.attributes.get("error.type")).toBe("400");
    }),
  );

  it.scopedLive("show no token of the path, which some servers take for the credential", () =>
    Effect.gen(function* () {
      const server = yield* httpServer();
      const mcp = yield* plugin;
      const origin = new URL(server.url).origin;
      const url = `${origin}/s/NzVjYWJjZGVmMTIzNDU2Nzg5MGFi/mcp?key=abc`;
      const spans = yield* traced(Effect.ignore(mcp.load(settingsOf({ url }))));
      yield* untilEffect("a request has ended", () => spans.some(({ name }) => name === "POST"));
      const shown = spans.filter(({ name }) => name === "POST");
      expect(new Set(shown.map(({ attributes }) => attributes.get("url.full")))).toEqual(
        new Set([`${origin}/s/NzVj…/mcp`]),
      );
    }),
  );

  it.scopedLive("show a failure by its type", () =>
    Effect.gen(function* () {
      const server = yield* httpServer({
        intercept: (_, rpc) =>
          rpc.includes("tools/list") ? new Response("No.", { status: 503 }) : undefined,
      });
      const mcp = yield* plugin;
      const spans = yield* traced(Effect.ignore(mcp.load(settingsOf({ url: server.url }))));
      for (const name of ["tools/list", "POST"]) {
        const span = spans.find((each) => each.name === name);
        expect([span?.isError, span?.attributes.get("error.type")]).toEqual([true, "503"]);
      }
    }),
  );

  it.scopedLive("are those of a modern server, and of a program, too", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const modern = settingsOf({ url: (yield* modernServer).url });
      const names = (spans: ReadonlyArray<{ readonly name: string }>) =>
        spans.map(({ name }) => name).filter((name) => name !== "POST");
      expect(names(yield* traced(mcp.load(modern)))).toEqual(["server/discover", "tools/list"]);
      expect(names(yield* traced(mcp.load(programSettings())))).toEqual([
        "server/discover",
        "initialize",
        "tools/list",
      ]);
      const called = call(mcp, modern, "echo").pipe(below(() => ({ name: "execute_tool" })));
      expect(names(yield* traced(called))).toEqual(["execute_tool"]);
    }),
  );
});
