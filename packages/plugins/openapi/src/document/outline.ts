import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member, text } from "@executor/plugin-kit";
import { Either } from "effect";
import { isSwagger2 } from "./swagger/convert.ts";

/** An OpenAPI description with a checked outline. Its parts are checked where they are read. */
export interface OpenApiDocument {
  readonly root: JsonObject;
  /** The dialect of its schemas: 3.0 has its own, 3.1 and later use JSON Schema 2020-12. */
  readonly dialect: "3.0" | "2020-12";
  readonly title: string;
  readonly paths: JsonObject;
}

/** The reason why a value is not a usable OpenAPI document. */
export interface NotOpenApi {
  /** Whether it is an OpenAPI document of another version or with mistakes. Otherwise it is something else. */
  readonly isOpenApi: boolean;
  readonly message: string;
}

/** Checks the outline of a description: its version and its `paths`. */
export const readOutline = (root: Json): Either.Either<OpenApiDocument, NotOpenApi> => {
  if (!isObject(root)) {
    return somethingElse(`an OpenAPI document is an object, and this is ${kindOf(root)}`);
  }
  const swagger = member(root, "swagger");
  if (swagger !== undefined && !isSwagger2(root)) {
    return unusable(
      `This is Swagger ${JSON.stringify(swagger)}, which is not supported. Give a description of Swagger 2.0 or OpenAPI 3.`,
    );
  }
  const version = swagger === undefined ? member(root, "openapi") : "3.0";
  if (version === undefined) return somethingElse("the field `openapi` is missing");
  const minor = minorOf(version);
  if (minor === undefined) {
    return unusable(
      `This is OpenAPI ${JSON.stringify(version)}, which is not supported. Give a description of Swagger 2.0 or OpenAPI 3.0 to 3.2.`,
    );
  }
  const paths = member(root, "paths");
  const hasOtherParts = isObject(member(root, "webhooks")) || isObject(member(root, "components"));
  if (paths !== undefined && paths !== null && !isObject(paths)) {
    return unusable(
      `\`paths\` is ${kindOf(paths)} where an object belongs. Correct the description.`,
    );
  }
  if (!isObject(paths) && (minor === "0" || !hasOtherParts)) {
    return unusable(
      "The description has no `paths`, so it has no operations. Give a complete one.",
    );
  }
  return Either.right({
    root,
    dialect: dialectOf(root),
    title: text(member(member(root, "info"), "title")) ?? "OpenAPI",
    paths: isObject(paths) ? paths : {},
  });
};

/** The minor version of OpenAPI 3. YAML reads `3.0` without quotes as the number 3. */
const minorOf = (version: Json | undefined): string | undefined => {
  if (typeof version !== "string" && typeof version !== "number") return undefined;
  const [minor] = /(?<=^3\.)[012](?=\.|$)|^3$/.exec(String(version).trim()) ?? [];
  return minor === "3" ? "0" : minor;
};

/** The dialect of a description that is read as OpenAPI 3. */
export const dialectOf = (root: Json): OpenApiDocument["dialect"] =>
  minorOf(member(root, "openapi")) === "0" ? "3.0" : "2020-12";

const unusable = (message: string): Either.Either<never, NotOpenApi> =>
  Either.left({ isOpenApi: true, message });

const somethingElse = (found: string): Either.Either<never, NotOpenApi> =>
  Either.left({
    isOpenApi: false,
    message: `This is not an OpenAPI document: ${found}. Give a description of Swagger 2.0 or OpenAPI 3.`,
  });

const kindOf = (value: Json): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};
