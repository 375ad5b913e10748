import { gzipSync } from "node:zlib";
import { FetchHttpClient } from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { total } from "@executor/testing/series";
import { snapshot } from "@executor/telemetry";
import { Effect, Fiber, MetricState } from "effect";
import { callUpstream } from "../../src/index.ts";
import type { UpstreamCall } from "../../src/index.ts";
import { guarded } from "../../src/credentials/credential-guard.ts";
import { makeRedactor } from "../../src/credentials/redactor.ts";

type Handler = (request: Request, url: URL) => Response | Promise<Response>;

/** Starts a real server on a free port of the loopback address until the test ends. */
const serve = (handler: Handler, hostname = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Bun.serve({
        hostname,
        port: 0,
        idleTimeout: 0,
        fetch: (request) => handler(request, new URL(request.url)),
      }),
    ),
    (server) => Effect.promise(() => server.stop(true)),
  ).pipe(Effect.map((server) => `http://${hostname}:${server.port}`));

const call = (overrides: Partial<UpstreamCall> & { readonly url: string }) =>
  callUpstream({
    namespace: "test",
    method: "GET",
    headers: {},
    timeoutMs: 5_000,
    ...overrides,
  }).pipe(Effect.provide(FetchHttpClient.layer));

const text = (body: Uint8Array) => new TextDecoder().decode(body);

/** Counts of the requests measured under a namespace, by method, host, status and what went wrong. */
const measured = (namespace: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { metricKey, metricState } of snapshot()) {
    if (metricKey.name !== "http.client.request.duration") continue;
    if (!MetricState.isHistogramState(metricState)) continue;
    const labels = Object.fromEntries(metricKey.tags.map(({ key, value }) => [key, value]));
    if (labels["executor.source"] !== namespace) continue;
    const id = `${labels["http.request.method"]} ${labels["server.address"]} ${labels["http.response.status_code"] ?? "-"}`;
    const error = labels["error.type"];
    counts[error === undefined ? id : `${id} ${error}`] = metricState.count;
  }
  return counts;
};

describe("callUpstream", () => {
  it.scopedLive("returns status, headers and bytes of any reply", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        () => new Response("no such thing", { status: 404, headers: { "X-Reason": "gone" } }),
      );
      const response = yield* call({ url: `${origin}/a`, namespace: "any_reply" });
      expect(response.status).toBe(404);
      expect(response.headers["x-reason"]).toBe("gone");
      expect(text(response.body)).toBe("no such thing");
      expect(measured("any_reply")).toEqual({ "GET 127.0.0.1 404 404": 1 });
    }),
  );

  it.scopedLive("sends the query, headers and body as they are, and no trace headers", () =>
    Effect.gen(function* () {
      const seen: Array<Request> = [];
      const bodies: Array<string> = [];
      const origin = yield* serve(async (request) => {
        seen.push(request);
        bodies.push(await request.text());
        return new Response(null, { status: 204 });
      });
      const response = yield* call({
        url: `${origin}/a%2Fb?x=1%202&y=a,b/c`,
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer t" },
        body: `{"é":1}`,
      }).pipe(Effect.withSpan("caller"));
      expect(response.status).toBe(204);
      expect(response.body.byteLength).toBe(0);
      const [request] = seen;
      expect(new URL(request?.url ?? "").search).toBe("?x=1%202&y=a,b/c");
      expect(new URL(request?.url ?? "").pathname).toBe("/a%2Fb");
      expect(request?.headers.get("content-type")).toBe("application/json");
      expect(request?.headers.get("authorization")).toBe("Bearer t");
      expect(request?.headers.get("user-agent")).toBe("executor");
      expect([...(request?.headers.keys() ?? [])].filter((name) => /trace|b3/.test(name))).toEqual(
        [],
      );
      expect(bodies).toEqual([`{"é":1}`]);
    }),
  );

  it.scopedLive("follows redirects of GET and drops credentials at another origin", () =>
    Effect.gen(function* () {
      const seen: Array<Record<string, string>> = [];
      const target = yield* serve((request) => {
        seen.push(Object.fromEntries(request.headers));
        return new Response("there");
      }, "localhost");
      const origin = yield* serve((request, url) => {
        seen.push(Object.fromEntries(request.headers));
        return url.pathname === "/one"
          ? new Response(null, { status: 301, headers: { location: "/two" } })
          : new Response("moved", { status: 302, headers: { location: `${target}/end` } });
      });
      const response = yield* call({
        url: `${origin}/one`,
        namespace: "redirected",
        headers: {
          authorization: "Bearer t",
          "x-api-key": "k",
          cookie: "a=b",
          accept: "text/plain",
        },
      });
      expect(text(response.body)).toBe("there");
      expect(response.url).toBe(`${target}/end`);
      expect(
        seen.map((headers) => [
          headers["authorization"],
          headers["x-api-key"],
          headers["cookie"],
          headers["accept"],
        ]),
      ).toEqual([
        ["Bearer t", "k", "a=b", "text/plain"],
        ["Bearer t", "k", "a=b", "text/plain"],
        [undefined, undefined, undefined, "text/plain"],
      ]);
      const own = { "executor.source": "redirected", "server.port": new URL(origin).port };
      expect(total("http.client.request.duration", own)).toBe(2);
      expect(measured("redirected")).toEqual({
        "GET 127.0.0.1 301": 1,
        "GET 127.0.0.1 302": 1,
        "GET _OTHER 200": 1,
      });
    }),
  );

  it.scopedLive("neither follows nor repeats a redirected POST", () =>
    Effect.gen(function* () {
      let requests = 0;
      const origin = yield* serve(() => {
        requests += 1;
        return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
      });
      const response = yield* call({ url: origin, method: "POST", body: "{}" });
      expect(response.status).toBe(307);
      expect(requests).toBe(1);
    }),
  );

  it.scopedLive("stops after five redirects, and never leaves http", () =>
    Effect.gen(function* () {
      let requests = 0;
      const origin = yield* serve((_, url) => {
        requests += 1;
        const location = url.pathname === "/file" ? "file:///etc/hostname" : "/again";
        return new Response(null, { status: 302, headers: { location } });
      });
      expect((yield* call({ url: origin })).status).toBe(302);
      expect(requests).toBe(6);
      expect((yield* call({ url: `${origin}/file` })).status).toBe(302);
      expect(requests).toBe(7);
    }),
  );

  it.scopedLive("ends at the deadline while the server is silent, and while it trickles", () =>
    Effect.gen(function* () {
      const origin = yield* serve((_, url) =>
        url.pathname === "/silent"
          ? new Promise<Response>(() => {})
          : new Response(
              new ReadableStream({
                async pull(controller) {
                  await Bun.sleep(20);
                  controller.enqueue(new Uint8Array(8));
                },
              }),
            ),
      );
      for (const path of ["/silent", "/trickle"]) {
        const startedAt = performance.now();
        const error = yield* Effect.flip(
          call({ url: `${origin}${path}`, timeoutMs: 150, namespace: `deadline_${path.slice(1)}` }),
        );
        expect(error).toMatchObject({ outcome: "timeout", errorType: "timeout" });
        expect(performance.now() - startedAt).toBeLessThan(2_000);
      }
      expect(measured("deadline_silent")).toEqual({ "GET 127.0.0.1 - timeout": 1 });
      expect(measured("deadline_trickle")).toEqual({ "GET 127.0.0.1 200 timeout": 1 });
    }),
  );

  it.scopedLive("closes the connection when the caller gives up", () =>
    Effect.gen(function* () {
      const closed = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      const origin = yield* serve((request) => {
        request.signal.addEventListener("abort", () => closed.resolve());
        arrived.resolve();
        return new Promise<Response>(() => {});
      });
      const fiber = yield* Effect.fork(call({ url: origin, namespace: "given_up" }));
      yield* Effect.promise(() => arrived.promise);
      yield* Fiber.interrupt(fiber);
      yield* Effect.promise(() => closed.promise);
      expect(measured("given_up")).toEqual({ "GET 127.0.0.1 - cancelled": 1 });
    }),
  );

  it.scopedLive("stops reading a reply of 200 MB at the limit", () =>
    Effect.gen(function* () {
      let sent = 0;
      const chunk = new Uint8Array(1024 * 1024);
      const origin = yield* serve(
        () =>
          new Response(
            new ReadableStream({
              async pull(controller) {
                await Bun.sleep(1);
                if (sent >= 200) return controller.close();
                sent += 1;
                controller.enqueue(chunk);
              },
            }),
          ),
      );
      const error = yield* Effect.flip(call({ url: origin, namespace: "too_large" }));
      expect(error).toMatchObject({ outcome: "too_large", errorType: "response_too_large" });
      expect(error.message).toContain("10 MiB");
      expect(sent).toBeLessThan(100);
      expect(measured("too_large")).toEqual({ "GET 127.0.0.1 200 response_too_large": 1 });
    }),
  );

  it.scopedLive("counts the bytes of a compressed reply after decompression", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(new Uint8Array(32 * 1024 * 1024));
      const origin = yield* serve(
        () => new Response(bomb, { headers: { "content-encoding": "gzip" } }),
      );
      const error = yield* Effect.flip(call({ url: origin, maxBytes: 1024 * 1024 }));
      expect(error.errorType).toBe("response_too_large");
    }),
  );

  it.scopedLive.each([true, false])(
    "takes a reply of exactly the limit (length known: %s)",
    (known) =>
      Effect.gen(function* () {
        const origin = yield* serve(
          () => new Response(known ? "12345" : new Blob(["12345"]).stream()),
        );
        expect(text((yield* call({ url: origin, maxBytes: 5 })).body)).toBe("12345");
        expect((yield* Effect.flip(call({ url: origin, maxBytes: 4 }))).errorType).toBe(
          "response_too_large",
        );
      }),
  );

  it.live("names a server that cannot be reached, and measures the attempt without a status", () =>
    Effect.gen(function* () {
      const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
      const { port } = server;
      yield* Effect.promise(() => server.stop(true));
      const error = yield* Effect.flip(
        call({
          url: `http://127.0.0.1:${port}/?key=secret`,
          namespace: "refused",
          method: "POST",
          body: "",
        }),
      );
      expect(error).toMatchObject({ outcome: "upstream_error", errorType: "connection_error" });
      expect(error.message).toContain(`127.0.0.1:${port}`);
      expect(error.message).not.toContain("secret");
      expect(measured("refused")).toEqual({ "POST 127.0.0.1 - connection_error": 1 });
    }),
  );

  it.scopedLive.each([
    ["length", "Content-Length: 1000\r\n\r\nhalf"],
    ["chunks", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
    ["coding", "Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n\x1f\x8b"],
  ])("reports a connection that breaks in the middle of the reply (%s)", ([kind, reply]) =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Bun.listen({
            hostname: "127.0.0.1",
            port: 0,
            socket: {
              data(socket) {
                socket.write(Buffer.from(`HTTP/1.1 200 OK\r\n${reply}`, "latin1"));
                socket.flush();
                setTimeout(() => socket.terminate(), 20);
              },
            },
          }),
        ),
        (listener) => Effect.sync(() => listener.stop(true)),
      );
      const error = yield* Effect.flip(
        call({ url: `http://127.0.0.1:${server.port}/`, namespace: `broken_${kind}` }),
      );
      expect(error).toMatchObject({ outcome: "upstream_error", errorType: "connection_error" });
      expect(measured(`broken_${kind}`)).toEqual({ "GET 127.0.0.1 200 response_incomplete": 1 });
    }),
  );

  it.live("refuses header values that would add headers, and other URLs than http", () =>
    Effect.gen(function* () {
      for (const value of ["a\r\nx-injected: 1", "a\nb", "a\0b", "日本"]) {
        const error = yield* Effect.flip(
          call({
            url: "http://127.0.0.1:9/",
            headers: { "x-a": value },
            namespace: "refused_header",
          }),
        );
        expect(error).toMatchObject({ outcome: "invalid_input", errorType: "invalid_request" });
      }
      const error = yield* Effect.flip(call({ url: "file:///etc/hostname" }));
      expect(error.errorType).toBe("invalid_request");
      expect(measured("refused_header")).toEqual({});
    }),
  );

  it.scopedLive("measures a HEAD request, which has no body", () =>
    Effect.gen(function* () {
      const origin = yield* serve(() => new Response("ok"));
      yield* call({ url: origin, method: "HEAD", namespace: "methods" });
      expect(measured("methods")).toEqual({ "HEAD 127.0.0.1 200": 1 });
    }),
  );
});

describe("the source's credentials", () => {
  const token = "tok_4fJ9kQ2Zr8wXy7Lm1";
  const credentials = [{ whole: `Bearer ${token}`, part: token }];
  const asSource = (origin: string) => guarded({ credentials, origin }, makeRedactor(credentials));

  it.scopedLive.each<readonly [string, (url: string) => Parameters<typeof call>[0]]>([
    ["a header", (url) => ({ url, headers: { "x-note": `Bearer ${token}` } })],
    ["a header in Base64", (url) => ({ url, headers: { "x-note": btoa(`a:${token}`) } })],
    ["the URL", (url) => ({ url: `${url}/a?b=${token}` })],
    ["the URL, escaped", (url) => ({ url: `${url}/a?b=%74${token.slice(1)}` })],
    ["the body", (url) => ({ url, method: "POST", body: JSON.stringify({ note: token }) })],
  ])("are sent to their origin only, in %s", ([, request]) =>
    Effect.gen(function* () {
      let arrivals = 0;
      const origin = yield* serve(() => {
        arrivals += 1;
        return new Response();
      });
      const error = yield* Effect.flip(call(request(origin)).pipe(asSource("https://a.example")));
      expect(error).toMatchObject({ outcome: "blocked", errorType: "forbidden_origin" });
      expect([arrivals, error.message.includes(token)]).toEqual([0, false]);
      yield* call(request(origin)).pipe(asSource(origin));
      expect(arrivals).toBe(1);
    }),
  );

  it.scopedLive("are not carried elsewhere by a redirect whose URL holds them", () =>
    Effect.gen(function* () {
      const stranger = yield* serve(() => new Response("stranger"));
      const origin = yield* serve(() => Response.redirect(`${stranger}/?t=${token}`));
      const response = yield* call({ url: origin }).pipe(asSource(origin));
      expect([response.status, response.headers["location"]]).toEqual([
        302,
        `${stranger}/?t=[redacted]`,
      ]);
    }),
  );

  it.live("are not repeated by errors about the request", () =>
    Effect.gen(function* () {
      for (const request of [
        { url: `ftp://x/${token}` },
        { url: "http://127.0.0.1:1", headers: { [`${token} x`]: "" } },
      ]) {
        const error = yield* Effect.flip(call(request).pipe(asSource("http://127.0.0.1:1")));
        expect(error.message).toContain("[redacted]");
      }
    }),
  );
});
