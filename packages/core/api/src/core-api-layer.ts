import { HttpApiBuilder, HttpApiSwagger } from "@effect/platform";
import { Layer } from "effect";
import { CoreExecutorApi } from "./api.ts";
import { CoreHandlers } from "./handlers.ts";
import { ReadableDecodeErrors } from "./http/readable-decode-errors.ts";

/** The API with its handlers, its OpenAPI document and a page that shows it. */
export const CoreApiLayer = Layer.mergeAll(
  HttpApiSwagger.layer({ path: "/api/docs" }),
  HttpApiBuilder.middlewareOpenApi({ path: "/api/openapi.json" }),
  ReadableDecodeErrors,
).pipe(Layer.provideMerge(Layer.provide(HttpApiBuilder.api(CoreExecutorApi), CoreHandlers)));
