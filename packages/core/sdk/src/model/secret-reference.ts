import { Schema } from "effect";
import { httpFieldValue } from "./http-grammar.ts";

export const SecretName = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z][\w.-]{0,99}$/, {
    message: () =>
      "A secret's name is 1 to 100 letters, digits, dots, hyphens and underscores, beginning with a letter, such as github-token.",
  }),
  Schema.brand("SecretName"),
  Schema.annotations({ identifier: "SecretName" }),
);
export type SecretName = typeof SecretName.Type;

/** Replaces the value of a header or an environment variable: the value of a secret, after `prefix` if there is one. */
export const SecretReference = Schema.Struct({
  secret: SecretName,
  /** Such as `Bearer `, with its space. */
  prefix: Schema.optional(Schema.String.pipe(Schema.maxLength(64), Schema.pattern(httpFieldValue))),
}).annotations({ identifier: "SecretReference" });
export type SecretReference = typeof SecretReference.Type;
