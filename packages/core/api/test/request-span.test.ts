import {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpServerRequest,
} from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { recordingTracer } from "@executor/testing/tracer";
import { Effect, Layer, Schema } from "effect";
import { Forbidden } from "../src/http/errors.ts";
import { makeWebHandler, refuseRequest } from "../src/http/web-handler.ts";

class Api extends HttpApi.make("test").add(
  HttpApiGroup.make("things")
    .add(
      HttpApiEndpoint.get("read", "/things/:id")
        .setPath(Schema.Struct({ id: Schema.String }))
        .addSuccess(Schema.String),
    )
    .add(HttpApiEndpoint.get("health", "/api/health").addSuccess(Schema.String))
    .add(HttpApiEndpoint.get("scrape", "/api/metrics").addSuccess(Schema.String)),
) {}

const things = HttpApiBuilder.group(Api, "things", (handlers) =>
  handlers
    .handle("read", () => Effect.succeed("read"))
    .handle("health", () => Effect.succeed("ok"))
    .handle("scrape", () => Effect.succeed("up 1")),
);

/** Name and attributes of the spans of these requests. Only `good.example` is let in. */
const spansOf = (
  ...requests: ReadonlyArray<readonly [path: string, headers?: Readonly<Record<string, string>>]>
) =>
  Effect.gen(function* () {
    const { tracer, spans } = recordingTracer();
    const handle = yield* makeWebHandler(
      Layer.mergeAll(Layer.provide(HttpApiBuilder.api(Api), things), Layer.setTracer(tracer)),
      {
        middleware: (app) =>
          Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
            headers["host"] === "good.example:81"
              ? app
              : refuseRequest(new Forbidden({ message: "no" }), 403),
          ),
        mcp: async () => new Response("mcp"),
      },
    );
    for (const [path, headers] of requests) {
      const request = new Request(`http://localhost${path}`, {
        headers: { host: "good.example:81", ...headers },
      });
      yield* Effect.promise(() => handle(request));
    }
    return spans.map(({ name, attributes }) => ({
      name,
      attributes: Object.fromEntries(attributes),
    }));
  });

describe("the span of a request", () => {
  it.scoped("has the path of a route, and the host under which it was let in", () =>
    Effect.gen(function* () {
      expect(yield* spansOf(["/things/7?secret=1", { "user-agent": "a/1" }])).toEqual([
        {
          name: "GET /things/:id",
          attributes: {
            "http.request.method": "GET",
            "http.route": "/things/:id",
            "http.response.status_code": 200,
            "server.address": "good.example",
            "server.port": 81,
            "url.path": "/things/7",
            "url.scheme": "http",
            "user_agent.original": "a/1",
          },
        },
      ]);
    }),
  );

  it.scoped("has no path that is none of a route", () =>
    Effect.gen(function* () {
      for (const { name, attributes } of yield* spansOf(["/secret-share/TOKEN"], ["/mcp/"])) {
        expect(name).toBe("GET");
        expect(attributes).toMatchObject({ "http.response.status_code": 404 });
        expect(attributes).not.toHaveProperty(["url.path"]);
        expect(attributes).not.toHaveProperty(["http.route"]);
      }
    }),
  );

  it.scoped("has no host that was refused", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(
        ["/things/7", { host: "evil.example:82" }],
        ["/mcp", { host: "x" }],
      );
      expect(spans.map(({ name }) => name)).toEqual(["GET", "GET /mcp"]);
      for (const { attributes } of spans) {
        expect(attributes).toMatchObject({ "http.response.status_code": 403 });
        expect(attributes).not.toHaveProperty(["server.address"]);
        expect(attributes).not.toHaveProperty(["server.port"]);
      }
    }),
  );

  it.scoped("has at most 256 characters of what the caller wrote", () =>
    Effect.gen(function* () {
      const long = "x".repeat(7_000);
      const [span] = yield* spansOf([`/things/${long}`, { "user-agent": long }]);
      expect(span?.attributes).toMatchObject({
        "url.path": `/things/${long}`.slice(0, 256),
        "user_agent.original": long.slice(0, 256),
      });
    }),
  );

  it.scoped("is not made for health checks and scrapes", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(["/api/health"], ["/api/metrics?created=true"], ["/things/1"]);
      expect(spans.map(({ name }) => name)).toEqual(["GET /things/:id"]);
    }),
  );
});
