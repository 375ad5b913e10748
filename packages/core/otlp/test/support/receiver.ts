import { gunzipSync } from "node:zlib";
import { decodeStrictly } from "./otlp-schema.ts";
import { pointsOf, readRequest } from "./otlp-request.ts";
import type { FlatPoint, OtlpRequest } from "./otlp-request.ts";

/** A request that is decoded only when a test asks, so that the exporter does not wait. */
export class ReceivedRequest {
  readonly path: string;
  readonly headers: Headers;
  /** Before it was compressed. */
  readonly body: Uint8Array;
  /** `performance.now()` of its arrival. */
  readonly at = performance.now();
  #request: OtlpRequest | undefined;

  constructor(path: string, headers: Headers, body: Uint8Array) {
    this.path = path;
    this.headers = headers;
    this.body = body;
  }

  /** Plain data, in the form of OTLP's JSON. */
  get decoded(): unknown {
    if (this.headers.get("content-type") !== "application/json") return decodeStrictly(this.body);
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(this.body));
    return parsed;
  }

  get request(): OtlpRequest {
    this.#request ??= readRequest(this.decoded);
    return this.#request;
  }

  get points(): ReadonlyArray<FlatPoint> {
    return pointsOf(this.request);
  }
}

/** The answer to a request; `undefined` never answers. */
export type Answer = (
  received: ReceivedRequest,
  index: number,
) => Response | undefined | Promise<Response | undefined>;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Every request, including refused ones. */
  readonly requests: ReadonlyArray<ReceivedRequest>;
  readonly answerWith: (answer: Answer) => void;
  readonly stop: () => Promise<void>;
}

export const ok: Answer = () => new Response(null, { status: 200 });

export interface ReceiverOptions {
  /** The answer until another is set; 200 unless given. */
  readonly answer?: Answer;
  readonly port?: number;
  /** Certificates of a receiver that speaks HTTPS. */
  readonly tls?: Bun.TLSOptions;
}

/** A real HTTP server that takes OTLP and decodes it strictly. */
export const startReceiver = ({
  answer: first = ok,
  port = 0,
  tls,
}: ReceiverOptions = {}): Receiver => {
  const requests: Array<ReceivedRequest> = [];
  let answer = first;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    ...(tls === undefined ? {} : { tls }),
    idleTimeout: 0,
    fetch: async (incoming) => {
      const body = new Uint8Array(await incoming.arrayBuffer());
      const isGzip = incoming.headers.get("content-encoding") === "gzip";
      const bytes = isGzip ? new Uint8Array(gunzipSync(body)) : body;
      const { headers } = incoming;
      const path = new URL(incoming.url).pathname;
      const received = new ReceivedRequest(path, headers, bytes);
      const index = requests.push(received) - 1;
      return (await answer(received, index)) ?? (await new Promise<never>(() => {}));
    },
  });
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}/v1/metrics`,
    port: server.port ?? 0,
    requests,
    answerWith: (next) => {
      answer = next;
    },
    stop: () => server.stop(true),
  };
};
