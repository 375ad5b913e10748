import { FetchHttpClient, HttpClient } from "@effect/platform";
import { ReadBodies } from "@executor/sdk";
import { Effect, Layer } from "effect";
import * as Http from "node:http";
import * as Https from "node:https";
import { pipeline } from "node:stream";
import * as Zlib from "node:zlib";

type Fetch = typeof globalThis.fetch;

/** Statuses whose responses have no body by the Fetch standard. */
const bodiless = new Set([204, 205, 304]);

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: () => Zlib.createGunzip(),
  "x-gzip": () => Zlib.createGunzip(),
  deflate: () => Zlib.createInflate(),
  br: () => Zlib.createBrotliDecompress(),
  zstd: () => Zlib.createZstdDecompress(),
};

/** One request through Node's client, which takes a body with any method. Redirects are not followed. */
const nodeFetch = (url: URL, init: RequestInit, body: Uint8Array): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? Https : Http;
    const headers = Object.fromEntries(new Headers(init.headers));
    const sent = request(
      url,
      {
        method: init.method ?? "GET",
        headers: { ...headers, "content-length": String(body.byteLength) },
        ...(init.signal ? { signal: init.signal } : {}),
      },
      (reply) => resolve(responseOf(reply, init.method)),
    );
    sent.on("error", reject);
    sent.end(body);
  });

const responseOf = (reply: Http.IncomingMessage, method: string | undefined): Response => {
  const headers = new Headers();
  for (let at = 0; at + 1 < reply.rawHeaders.length; at += 2) {
    headers.append(reply.rawHeaders[at] ?? "", reply.rawHeaders[at + 1] ?? "");
  }
  const status = reply.statusCode ?? 0;
  if (method === "HEAD" || bodiless.has(status)) {
    reply.resume();
    return new Response(null, { status, headers });
  }
  const chunks = decoded(reply, new Headers(headers));
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await chunks.return(undefined);
    },
  });
  if (headers.has("content-encoding")) headers.delete("content-length");
  return new Response(body, { status, headers });
};

/** The body after content decoding, as `fetch` gives it. Whoever stops reading closes the connection. */
async function* decoded(
  reply: Http.IncomingMessage,
  headers: Headers,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const decoder = decoders[headers.get("content-encoding")?.trim().toLowerCase() ?? ""]?.();
  const chunks = decoder === undefined ? reply : pipeline(reply, decoder, () => undefined);
  for await (const chunk of chunks) {
    if (typeof chunk !== "string") yield new Uint8Array(chunk);
  }
}

/** `fetch`, except for GET and HEAD with a body, which it refuses. */
export const fetchWithReadBodies: Fetch = Object.assign(
  (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const isRead = init?.method === "GET" || init?.method === "HEAD";
    return isRead && init.body instanceof Uint8Array && !(input instanceof Request)
      ? nodeFetch(new URL(input), init, init.body)
      : globalThis.fetch(input, init);
  },
  { preconnect: globalThis.fetch.preconnect },
);

/** The daemon's HTTP client for upstreams, which sends a body with any method. */
export const httpClientLayer = Layer.merge(
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (effect) =>
        Effect.provideService(effect, FetchHttpClient.Fetch, fetchWithReadBodies),
      ),
    ),
  ).pipe(Layer.provide(FetchHttpClient.layer)),
  Layer.succeed(ReadBodies, true),
);
