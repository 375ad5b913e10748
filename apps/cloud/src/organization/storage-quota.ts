import { HttpApiSchema, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { surfaceOf } from "@executor/api";
import type { Middleware } from "@executor/api";
import { Effect, Schema } from "effect";
import type { ObjectStorage } from "../environment.ts";

/** The organization's database has reached its greatest size. */
export class StorageQuotaExceeded extends Schema.TaggedError<StorageQuotaExceeded>()(
  "StorageQuotaExceeded",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 507 }),
) {}

const encode = Schema.encodeSync(StorageQuotaExceeded);

/** Refuses requests that store something with 507 once the database has `maxBytes`; others are still answered. */
export const storageQuota =
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
