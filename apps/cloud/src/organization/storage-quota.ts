import { HttpApiSchema, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { surfaceOf } from "@executor/api";
import type { Middleware, WebHandler } from "@executor/api";
import { readBoundedBody } from "@executor/sdk";
import { Effect, Option, Schema } from "effect";

/** The organization's database has reached its greatest size. */
class StorageQuotaExceeded extends Schema.TaggedError<StorageQuotaExceeded>()(
  "StorageQuotaExceeded",
  { message: Schema.String, usedBytes: Schema.Int, maxBytes: Schema.Int },
  HttpApiSchema.annotations({ status: 507 }),
) {}

const encode = Schema.encodeSync(StorageQuotaExceeded);
const status = 507;

/** Bound of an organization's database: once it has `maxBytes`, what would store something is refused with 507. */
export class StorageQuota {
  constructor(
    readonly storage: { readonly sql: { readonly databaseSize: number } },
    readonly maxBytes: number,
  ) {}

  /** Refuses requests to the API that store something. */
  readonly middleware: Middleware = (app) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ method, url }) => {
      const stores =
        surfaceOf(url) !== "mcp" && (method === "POST" || method === "PUT" || method === "PATCH");
      const exceeded = stores ? this.#exceeded() : undefined;
      return exceeded === undefined
        ? app
        : Effect.succeed(HttpServerResponse.unsafeJson(encode(exceeded), { status }));
    });

  /** Refuses calls of tools, each of which stores an execution, and lets every other message to the MCP endpoint through. */
  gate(host: WebHandler, maxBodyBytes: number): WebHandler {
    return async (request) => {
      const exceeded = request.method === "POST" ? this.#exceeded() : undefined;
      if (exceeded === undefined) return host(request);
      // The host refuses what is larger, and so has to see one byte more.
      const { bytes } = await readBoundedBody(request.body, maxBodyBytes + 1);
      const body = new TextDecoder().decode(bytes);
      const refused = refusedCalls(body, exceeded);
      if (refused !== undefined) return Response.json(refused, { status });
      const { headers, method, signal, url } = request;
      return host(new Request(url, { method, headers, signal, body }));
    };
  }

  #exceeded(): StorageQuotaExceeded | undefined {
    const { maxBytes } = this;
    const usedBytes = this.storage.sql.databaseSize;
    if (usedBytes < maxBytes) return undefined;
    const message = `The organization's storage is full: ${usedBytes} of ${maxBytes} bytes. Remove sources that are not needed.`;
    return new StorageQuotaExceeded({ message, usedBytes, maxBytes });
  }
}

const parse = Schema.decodeUnknownOption(Schema.parseJson());
const isRequest = Schema.is(
  Schema.Struct({ id: Schema.Union(Schema.String, Schema.Number), method: Schema.String }),
);

/** JSON-RPC errors in answer to the requests of a body, if one of them calls a tool. */
const refusedCalls = (body: string, exceeded: StorageQuotaExceeded) => {
  const parsed = Option.getOrUndefined(parse(body));
  const requests = (Array.isArray(parsed) ? parsed : [parsed]).filter((one) => isRequest(one));
  if (!requests.some(({ method }) => method === "tools/call")) return undefined;
  const error = { code: -32_000, message: exceeded.message, data: encode(exceeded) };
  const errors = requests.map(({ id }) => ({ jsonrpc: "2.0", id, error }));
  return Array.isArray(parsed) ? errors : errors[0];
};
