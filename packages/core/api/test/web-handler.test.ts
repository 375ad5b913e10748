import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { snapshot } from "@executor/telemetry";
import { Effect, Layer, Schema } from "effect";
import { makeWebHandler } from "../src/http/web-handler.ts";

class Api extends HttpApi.make("test").add(
  HttpApiGroup.make("things")
    .add(
      HttpApiEndpoint.post("echo", "/things/:id")
        .setPath(Schema.Struct({ id: Schema.NumberFromString }))
        .setPayload(Schema.Struct({ text: Schema.String }))
        .addSuccess(Schema.String),
    )
    .add(HttpApiEndpoint.get("break", "/break").addSuccess(Schema.String)),
) {}

const things = HttpApiBuilder.group(Api, "things", (handlers) =>
  handlers
    .handle("echo", ({ payload }) => Effect.succeed(payload.text))
    .handle("break", () => Effect.die(new Error("the password is hunter2"))),
);

const handler = makeWebHandler(Layer.provide(HttpApiBuilder.api(Api), things));

const ask = (path: string, init?: RequestInit) =>
  Effect.gen(function* () {
    const handle = yield* handler;
    const response = yield* Effect.promise(() =>
      handle(new Request(`http://localhost${path}`, init)),
    );
    return { status: response.status, body: yield* Effect.promise(() => response.text()) };
  });

const post = (body: string): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body,
});

/** How many requests were recorded under exactly these labels. */
const recorded = (given: Readonly<Record<string, string>>): number => {
  const labels: Readonly<Record<string, string>> = { "url.scheme": "http", ...given };
  const state = snapshot().find(
    ({ metricKey }) =>
      metricKey.name === "http.server.request.duration" &&
      metricKey.tags.length === Object.keys(labels).length &&
      metricKey.tags.every((tag) => labels[tag.key] === tag.value),
  )?.metricState;
  return state !== undefined && "count" in state ? Number(state.count) : 0;
};

describe("makeWebHandler", () => {
  it.scoped("answers and records under the route's template", () =>
    Effect.gen(function* () {
      expect(yield* ask("/things/7", post('{"text":"hello"}'))).toEqual({
        status: 200,
        body: '"hello"',
      });
      expect(
        recorded({
          "http.request.method": "POST",
          "http.route": "/things/:id",
          "http.response.status_code": "200",
        }),
      ).toBe(1);
    }),
  );

  it.scoped.each([100, 101, 500, 2_000, 14_000])("finds a path of %i characters", (length) =>
    Effect.gen(function* () {
      const text = yield* ask(`/things/${"0".repeat(length - 1)}7`, post('{"text":"hello"}'));
      expect(text).toEqual({ status: 200, body: '"hello"' });
      const other = yield* ask(`/things/${"7".repeat(length)}`);
      expect(other.status).toBe(405);
    }),
  );

  it.scoped("answers a body that is not JSON with 400 and what to send", () =>
    Effect.gen(function* () {
      const { status, body } = yield* ask("/things/7", post("{ not json"));
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({ _tag: "InvalidRequestBody" });
    }),
  );

  it.scoped.each([
    "text/plain",
    "text/plain;application/json",
    "text/plain; charset=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json, text/plain",
    "application/jsonp",
    "application/vnd.api+json",
    "",
  ])("answers a body declared as %j with 415, whatever it holds", (type) =>
    Effect.gen(function* () {
      const { status, body } = yield* ask("/things/7", {
        method: "POST",
        headers: { "Content-Type": type },
        body: '{"text":"hello"}',
      });
      expect(status).toBe(415);
      expect(JSON.parse(body)).toMatchObject({ _tag: "UnsupportedMediaType" });
    }),
  );

  it.scoped("answers a body without a type with 415, and takes JSON however it is spelled", () =>
    Effect.gen(function* () {
      const bytes = new TextEncoder().encode('{"text":"hello"}');
      expect(yield* ask("/things/7", { method: "POST", body: bytes })).toMatchObject({
        status: 415,
      });
      for (const type of ["application/json;charset=utf-8", "Application/JSON ; charset=utf-8"]) {
        const init = { method: "POST", headers: { "Content-Type": type }, body: bytes };
        expect(yield* ask("/things/7", init)).toMatchObject({ status: 200 });
      }
    }),
  );

  it.scoped("asks no type of a body of no bytes", () =>
    Effect.gen(function* () {
      const headers = { "Content-Length": "0" };
      const { body } = yield* ask("/things/7", { method: "POST", headers, body: new Uint8Array() });
      expect(JSON.parse(body)).toMatchObject({ _tag: "InvalidRequestBody" });
    }),
  );

  it.scoped("answers a body of the wrong shape with 400 and where it is wrong", () =>
    Effect.gen(function* () {
      const { status, body } = yield* ask("/things/7", post('{"txt":1}'));
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({
        _tag: "HttpApiDecodeError",
        message: "text: is missing",
      });
    }),
  );

  it.scoped("records the scheme of the request", () =>
    Effect.gen(function* () {
      const handle = yield* handler;
      yield* Effect.promise(() => handle(new Request("https://localhost/over/tls")));
      const labels = { "http.request.method": "GET", "http.response.status_code": "404" };
      expect(recorded({ ...labels, "url.scheme": "https" })).toBe(1);
    }),
  );

  it.scoped("answers an unknown route with 404, and records no label that the client chose", () =>
    Effect.gen(function* () {
      const { status, body } = yield* ask("/etc/passwd");
      expect(status).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ _tag: "RouteNotFound" });
      expect(recorded({ "http.request.method": "GET", "http.response.status_code": "404" })).toBe(
        1,
      );
    }),
  );

  it.scoped("answers a method that a route does not have with 405 and those that it has", () =>
    Effect.gen(function* () {
      const handle = yield* handler;
      const refuse = (path: string, method: string) =>
        Effect.promise(() => handle(new Request(`http://localhost${path}`, { method })));
      const response = yield* refuse("/break", "DELETE");
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD");
      expect(yield* Effect.promise(() => response.json())).toEqual({
        _tag: "MethodNotAllowed",
        message: "/break does not take DELETE. It takes GET, HEAD.",
      });
      expect((yield* refuse("/things/7?x=1", "GET")).headers.get("allow")).toBe("POST");
      expect((yield* refuse("/things", "GET")).status).toBe(404);
      expect(
        recorded({
          "http.request.method": "DELETE",
          "http.route": "/break",
          "http.response.status_code": "405",
        }),
      ).toBe(1);
    }),
  );

  it.scoped("answers a defect with its trace id and nothing of the defect", () =>
    Effect.gen(function* () {
      const { status, body } = yield* ask("/break");
      expect(status).toBe(500);
      expect(JSON.parse(body)).toEqual({
        _tag: "InternalError",
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expect(
        recorded({
          "http.request.method": "GET",
          "http.route": "/break",
          "http.response.status_code": "500",
          "error.type": "500",
        }),
      ).toBe(1);
    }),
  );

  it.scoped("gives the MCP endpoint its request, and sends and records its answer as it is", () =>
    Effect.gen(function* () {
      const handle = yield* makeWebHandler(Layer.provide(HttpApiBuilder.api(Api), things), {
        mcp: async (request) =>
          new Response(`${request.method} ${await request.text()}`, {
            status: 202,
            headers: { "mcp-session-id": "one" },
          }),
      });
      const send = (method: string, path = "/mcp") =>
        Effect.promise(() => {
          const init = method === "POST" ? post("{}") : { method };
          return handle(new Request(`http://localhost${path}?x=1`, init));
        });
      const posted = yield* send("POST");
      expect(posted.status).toBe(202);
      expect(posted.headers.get("mcp-session-id")).toBe("one");
      expect(yield* Effect.promise(() => posted.text())).toBe("POST {}");
      const deleted = yield* send("DELETE");
      expect(yield* Effect.promise(() => deleted.text())).toBe("DELETE ");
      yield* send("GET", "/mcp/triage");
      for (const [method, route] of [
        ["POST", "/mcp"],
        ["DELETE", "/mcp"],
        ["GET", "/mcp/:toolkit"],
      ] as const) {
        expect(
          recorded({
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": "202",
          }),
        ).toBe(1);
      }
    }),
  );

  it.scoped("finds the MCP endpoint at its own path and those of toolkits only", () =>
    Effect.gen(function* () {
      const handle = yield* makeWebHandler(Layer.provide(HttpApiBuilder.api(Api), things), {
        mcp: async () => new Response("mcp"),
      });
      const statusOf = (path: string) =>
        Effect.promise(() => handle(new Request(`http://localhost${path}`))).pipe(
          Effect.map(({ status }) => status),
        );
      expect(yield* statusOf("/mcp?a=b")).toBe(200);
      expect(yield* statusOf("/mcp/my-kit_2?a=b")).toBe(200);
      for (const path of [
        "/mcp/",
        "/%6dcp",
        "/mcp/%78",
        "/mcp/X",
        "/mcp/x/",
        "/mcp/x/y",
        "/mcp//x",
      ]) {
        expect(yield* statusOf(path)).toBe(404);
      }
    }),
  );
});
