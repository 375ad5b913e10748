import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";
import { Namespace } from "../model/source.ts";
import { SecretName } from "../model/secret-reference.ts";
import { originOf } from "./secret-origin.ts";

const maxValueChars = 65_536;
const maxOrigins = 100;

/**
 * Where a secret may go: an origin as `https://api.github.com`, whole and exact, or `stdio:` and the program of an MCP server
 * as the source names it (`stdio:npx`).
 */
export const SecretOrigin = Schema.String.pipe(
  Schema.filter((text) => originOf(text) === text, {
    message: () =>
      "An origin is a scheme, a host and, where it is not the scheme's own, a port, such as https://api.github.com; for a program, stdio: and its name, such as stdio:npx.",
  }),
  Schema.annotations({ identifier: "SecretOrigin" }),
);

/** A refused value is never repeated in the answer. */
const valueMessage = () => ({
  message: `A secret's value is a text of 1 to ${maxValueChars} characters.`,
  override: true,
});

/** What an operator gives to put a secret. */
export const NewSecret = Schema.Struct({
  value: Schema.Redacted(
    Schema.String.pipe(
      Schema.filter((text) => text.length >= 1 && text.length <= maxValueChars, {
        jsonSchema: { minLength: 1, maxLength: maxValueChars },
      }),
      Schema.annotations({ message: valueMessage }),
    ),
  ).annotations({ message: valueMessage }),
  /** Where it may be sent; at least one. */
  origins: Schema.Array(SecretOrigin).pipe(
    Schema.filter((origins) => origins.length >= 1 && origins.length <= maxOrigins, {
      jsonSchema: { minItems: 1, maxItems: maxOrigins },
      message: () => `A secret has 1 to ${maxOrigins} origins: the places where it may be sent.`,
    }),
  ),
}).annotations({ identifier: "NewSecret" });
export type NewSecret = typeof NewSecret.Type;

/** A secret as operators see it: all but its value. */
export class Secret extends Schema.Class<Secret>("Secret")({
  name: SecretName,
  origins: Schema.Array(Schema.String),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  /** Namespaces of the sources whose headers or environment refer to it. */
  usedBy: Schema.Array(Namespace),
}) {}

export class SecretNotFound extends Schema.TaggedError<SecretNotFound>()(
  "SecretNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** Sources refer to the secret, and could not be called without it. */
export class SecretInUse extends Schema.TaggedError<SecretInUse>()(
  "SecretInUse",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 409 }),
) {}

/** A source refers to a secret that is not there. */
export class MissingSecret extends Schema.TaggedError<MissingSecret>()(
  "MissingSecret",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}

/** A source would send a secret to a place that is not among its origins. */
export class SecretNotForOrigin extends Schema.TaggedError<SecretNotForOrigin>()(
  "SecretNotForOrigin",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}
