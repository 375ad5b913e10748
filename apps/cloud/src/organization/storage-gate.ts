import { HttpApiSchema, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { surfaceOf } from "@executor/api";
import type { Middleware } from "@executor/api";
import { Effect, Schema } from "effect";
import type { ObjectStorage } from "../durable-object-state.ts";

/** The organization's database is as large as it may become. */
export class StorageQuotaExceeded extends Schema.TaggedError<StorageQuotaExceeded>()(
  "StorageQuotaExceeded",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 507 }),
) {}

const encode = Schema.encodeSync(StorageQuotaExceeded);

/** Answers what would store something with 507 once the database has `maxBytes`; reading and removing goes on. */
export const storageGate =
  ({ sql }: Pick<ObjectStorage, "sql">, maxBytes: number): Middleware =>
  (app) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ method, url }) => {
      const stores = surfaceOf(url) !== "mcp" && (method === "POST" || method === "PUT");
      if (!stores || sql.databaseSize < maxBytes) return app;
      const message = `The organization's storage is full: ${sql.databaseSize} of ${maxBytes} bytes. Remove sources that are not needed.`;
      return Effect.succeed(
        HttpServerResponse.unsafeJson(encode(new StorageQuotaExceeded({ message })), {
          status: 507,
        }),
      );
    });
