import { HttpApi, HttpApiBuilder } from "@effect/platform";
import { Effect, Exit, Layer, Scope } from "effect";
import { connect } from "node:net";
import { makeWebHandler } from "../../../src/http/web-handler.ts";
import { MetricsApi } from "../../../src/metrics/api.ts";
import { metricsHandlers } from "../../../src/metrics/handlers.ts";
import { Scrapes } from "../../../src/metrics/scrape/scrapes.ts";

export class TestApi extends HttpApi.make("test").add(MetricsApi).prefix("/api") {}

/** A real server on a free loopback port whose metrics come from `layer`. */
export const startTarget = async (layer: Layer.Layer<Scrapes>) => {
  const scope = Effect.runSync(Scope.make());
  const scrapes = await Effect.runPromise(Scope.extend(Layer.build(layer), scope));
  const handlers = HttpApiBuilder.group(TestApi, "metrics", metricsHandlers).pipe(
    Layer.provide(Layer.succeedContext(scrapes)),
  );
  const handle = await Effect.runPromise(
    Scope.extend(makeWebHandler(Layer.provide(HttpApiBuilder.api(TestApi), handlers)), scope),
  );
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: handle });
  return {
    port: server.port ?? 0,
    url: `http://127.0.0.1:${server.port}/api/metrics`,
    inFlight: () => Effect.runSync(Effect.provide(Scrapes, scrapes)).inFlight(),
    stop: async () => {
      await server.stop(true);
      await Effect.runPromise(Scope.close(scope, Exit.void));
    },
  };
};

export type Target = Awaited<ReturnType<typeof startTarget>>;

/** A client that sends exactly this text, and reads what comes unless it is told to pause. */
export const rawClient = (
  port: number,
  text: string,
  options: { readonly reads?: number } = {},
) => {
  const chunks: Array<Buffer> = [];
  let { reads = Number.POSITIVE_INFINITY } = options;
  let received = 0;
  let closed: "no" | "closed" | "reset" = "no";
  const socket = connect(port, "127.0.0.1");
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= reads) socket.pause();
  });
  socket.on("error", () => (closed = "reset"));
  socket.on("close", () => {
    if (closed === "no") closed = "closed";
  });
  socket.write(text);
  return {
    received: () => received,
    /** The last bytes. */
    tail: () => Buffer.concat(chunks.slice(-2)).subarray(-16).toString("latin1"),
    text: () => Buffer.concat(chunks).toString("latin1"),
    closed: () => closed,
    /** Reads all that there is from now on. */
    resume: () => {
      reads = Number.POSITIVE_INFINITY;
      socket.resume();
    },
    destroy: () => socket.destroy(),
  };
};

export const getMetrics = (...headers: ReadonlyArray<string>): string =>
  ["GET /api/metrics HTTP/1.1", "Host: localhost", ...headers, "", ""].join("\r\n");
