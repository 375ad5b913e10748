import { Schema } from "effect";
import { apiError } from "../model/api-error.ts";
import { Namespace, SecretName } from "../model/source.ts";

const maxValueChars = 65_536;
const maxOrigins = 100;
const maxOriginChars = 2_048;
const stdio = "stdio:";

/**
 * Origin of a URL, as secrets are bound to it: that of an `http:` or `https:` URL (RFC 6454), or the whole of `stdio:` and a
 * program. `undefined` for anything else, and for a URL with a user name in it.
 */
export const originOf = (url: string): string | undefined => {
  if (url.length > maxOriginChars) return undefined;
  if (url.startsWith(stdio))
    return /^stdio:[^\s\p{Cc}](.*[^\s\p{Cc}])?$/u.test(url) ? url : undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  // A host may hold an asterisk, which a person would read as a pattern.
  const isPlain = parsed.username === "" && parsed.password === "" && !parsed.host.includes("*");
  return isPlain ? parsed.origin : undefined;
};

/** Origin of the program that an MCP server's source starts. */
export const programOrigin = (command: string): string => stdio + command;

/**
 * A place that a secret may be sent to: an exact origin such as `https://api.github.com`, or `stdio:` and the program of an MCP
 * server as the source names it (`stdio:npx`).
 */
export const SecretOrigin = Schema.String.pipe(
  Schema.filter((text) => originOf(text) === text, {
    message: () =>
      "An origin is a scheme, a host and, where it is not the scheme's own, a port, such as https://api.github.com; for a program, stdio: and its name, such as stdio:npx.",
  }),
  Schema.annotations({ identifier: "SecretOrigin" }),
);

/** The error never repeats the refused value. */
const valueMessage = () => ({
  message: `A secret's value is a text of 1 to ${maxValueChars} characters.`,
  override: true,
});

/** Value and origins of a secret that an operator puts. */
export const NewSecret = Schema.Struct({
  value: Schema.Redacted(
    Schema.String.pipe(
      Schema.filter((text) => text.length >= 1 && text.length <= maxValueChars, {
        jsonSchema: { minLength: 1, maxLength: maxValueChars },
      }),
      Schema.annotations({ message: valueMessage }),
    ),
  ).annotations({ message: valueMessage }),
  /** Origins that it may be sent to; at least one. */
  origins: Schema.Array(SecretOrigin).pipe(
    Schema.filter((origins) => origins.length >= 1 && origins.length <= maxOrigins, {
      jsonSchema: { minItems: 1, maxItems: maxOrigins },
      message: () => `A secret has 1 to ${maxOrigins} origins: the places where it may be sent.`,
    }),
  ),
}).annotations({ identifier: "NewSecret" });
export type NewSecret = typeof NewSecret.Type;

/** A secret as operators see it: everything except its value. */
export const Secret = Schema.Struct({
  name: SecretName,
  origins: Schema.Array(Schema.String),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  /** Namespaces of the sources whose headers or environment refer to it. */
  usedBy: Schema.Array(Namespace),
}).annotations({ identifier: "Secret" });
export type Secret = typeof Secret.Type;

export class SecretNotFound extends apiError<SecretNotFound>()("SecretNotFound", 404) {}

/** Sources refer to the secret and could not be called without it. */
export class SecretInUse extends apiError<SecretInUse>()("SecretInUse", 409) {}

/** A source refers to a secret that does not exist. */
export class MissingSecret extends apiError<MissingSecret>()("MissingSecret", 422) {}

/** A source would send a secret to a place that is not one of its origins. */
export class SecretNotForOrigin extends apiError<SecretNotForOrigin>()("SecretNotForOrigin", 422) {}
