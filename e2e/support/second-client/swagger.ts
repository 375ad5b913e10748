import { Schema } from "effect";
import { at, isParsed, openApiPeer } from "./descriptions.ts";
import type { Json, JsonObject } from "./descriptions.ts";

const hasMethods = <const Name extends string>(
  value: unknown,
  ...names: ReadonlyArray<Name>
): value is Record<Name, (...args: ReadonlyArray<unknown>) => unknown> =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  names.every((name) => typeof Reflect.get(value, name) === "function");

const defaultOf = (module: unknown): unknown =>
  typeof module === "object" && module !== null ? Reflect.get(module, "default") : undefined;

const Built = Schema.Struct({
  url: Schema.String,
  method: Schema.String,
  headers: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  body: Schema.optional(Schema.Unknown),
});

/** What the second client would send. */
export interface BuiltRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface SecondInput {
  /** Values by place and name, such as `query.page`. */
  readonly parameters: JsonObject;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

export interface SecondClient {
  readonly build: (
    document: JsonObject,
    path: string,
    server: string,
    input: SecondInput,
  ) => Promise<BuiltRequest>;
}

const isBodyInit = (value: unknown): value is FormData | Blob | string =>
  value instanceof FormData || value instanceof Blob || typeof value === "string";

/** Headers that OpenAPI ignores as parameters or that are always sent, and that the second client needs a value for. */
const reserved: JsonObject = Object.fromEntries(
  ["Accept", "Authorization", "Content-Type", "Content-Length", "Host"].flatMap((name) => [
    [`header.${name}`, "ignored"],
    [`header.${name.toLowerCase()}`, "ignored"],
  ]),
);

/** Npm's swagger-client, which builds requests without sending them. It does not resolve references by itself. */
export const secondClient = async (): Promise<SecondClient> => {
  const module: unknown = await import(openApiPeer("swagger-client/lib/commonjs.js"));
  const client: unknown = defaultOf(module);
  if (!hasMethods(client, "buildRequest", "resolveSubtree")) {
    throw new Error("swagger-client has other methods than expected.");
  }
  const resolved = Schema.Struct({
    spec: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  });
  const identified = Schema.is(Schema.Struct({ operationId: Schema.String }));
  return {
    build: async (document, path, server, { body, contentType, parameters }) => {
      const { spec } = Schema.decodeUnknownSync(resolved)(
        await client.resolveSubtree(document, ["paths", path], {
          baseDoc: `${server}/openapi.json`,
        }),
      );
      const operationId = Object.values(spec).find(identified)?.operationId;
      const built = Schema.decodeUnknownSync(Built)(
        client.buildRequest({
          spec: {
            openapi: at(document, "openapi"),
            info: { title: "drawn", version: "1" },
            servers: [{ url: server }],
            paths: { [path]: spec },
          },
          operationId,
          parameters: { ...reserved, ...parameters },
          ...(body === undefined ? {} : { requestBody: body, requestContentType: contentType }),
        }),
      );
      const headers = new Headers();
      for (const [name, value] of Object.entries(built.headers)) headers.set(name, String(value));
      const written =
        built.body === undefined || isBodyInit(built.body)
          ? built.body
          : JSON.stringify(built.body);
      const response = new Response(written);
      if (built.body instanceof FormData) {
        headers.set("content-type", response.headers.get("content-type") ?? "");
      }
      return {
        method: built.method.toUpperCase(),
        url: built.url,
        headers,
        body: await response.bytes(),
      };
    },
  };
};

export type Sampler = (schema: Json, document: JsonObject) => Json | undefined;

/** Npm's openapi-sampler: an example value of a schema. */
export const loadSampler = async (): Promise<Sampler> => {
  const module: unknown = await import(openApiPeer("openapi-sampler"));
  const sampler: unknown = hasMethods(module, "sample") ? module : defaultOf(module);
  if (!hasMethods(sampler, "sample"))
    throw new Error("openapi-sampler has other methods than expected.");
  return (schema, document) => {
    const sampled: unknown = sampler.sample(schema, { skipReadOnly: true, quiet: true }, document);
    const copy: unknown = sampled === undefined ? undefined : JSON.parse(JSON.stringify(sampled));
    return isParsed(copy) ? copy : undefined;
  };
};
