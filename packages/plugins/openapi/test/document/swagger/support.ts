import type { JsonObject } from "@executor/sdk";

/** A Swagger 2.0 document with these paths, two shared parameters and a schema. */
export const swagger = (host: string, paths: JsonObject, rest: JsonObject = {}): string =>
  JSON.stringify({
    swagger: "2.0",
    info: { title: "Pets", version: "1" },
    host,
    basePath: "/v1",
    schemes: ["http"],
    consumes: ["application/json"],
    produces: ["application/json"],
    paths,
    parameters: {
      Pet: { name: "pet", in: "body", required: true, schema: { $ref: "#/definitions/Pet" } },
      Ids: { name: "ids", in: "path", required: true, type: "string" },
    },
    definitions: {
      Pet: {
        type: "object",
        discriminator: "kind",
        properties: { kind: { type: "string" }, name: { type: "string", "x-nullable": true } },
      },
    },
    ...rest,
  });
