import type { Json } from "@executor/sdk";
import { isObject } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import type { BodyBinding } from "./binding.ts";
import type { Content } from "./content.ts";
import { multipart } from "./multipart.ts";
import { plain, queryParts } from "./parameter-styles.ts";

const encoder = new TextEncoder();

/** The body that a call sends; the left side says what is wrong with the value. */
export const requestContent = (body: BodyBinding, value: Json): Either.Either<Content, string> => {
  const { contentType, kind } = body;
  switch (kind) {
    case "json":
      return Either.right({ contentType, bytes: encoder.encode(JSON.stringify(value)) });
    case "text":
      return Either.right({ contentType, bytes: encoder.encode(plain(value)) });
    case "binary":
      return typeof value === "string"
        ? Either.mapBoth(Encoding.decodeBase64(value), {
            onLeft: () => "`body` is not base64. Give the body's bytes in base64.",
            onRight: (bytes) => ({ contentType, bytes }),
          })
        : Either.left("`body` is the body's bytes in base64, as a string.");
    case "form":
      return isObject(value)
        ? Either.right({ contentType, bytes: encoder.encode(form(body, Object.entries(value))) })
        : Either.left("`body` is an object of the form's fields.");
    case "multipart":
      return isObject(value)
        ? multipart(body, Object.entries(value))
        : Either.left("`body` is an object of the form's fields.");
  }
};

/** `application/x-www-form-urlencoded`: a field without an encoding of its own is written as a query parameter is. */
const form = ({ fields }: BodyBinding, values: ReadonlyArray<readonly [string, Json]>): string =>
  values
    .flatMap(([name, value]) => {
      const field = fields.find((candidate) => candidate.name === name);
      const style = field?.style ?? "form";
      const isPlainObject = isObject(value) && (field?.style ?? null) === null;
      return queryParts(name, isPlainObject ? JSON.stringify(value) : value, {
        style,
        explode: field?.explode ?? style === "form",
        allowReserved: field?.allowReserved ?? false,
      });
    })
    .join("&");
