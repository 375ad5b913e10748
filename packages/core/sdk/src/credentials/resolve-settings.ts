import { Effect, Redacted } from "effect";
import { MissingSecret, SecretNotForOrigin } from "./secret.ts";
import type { SecretName, SecretReference } from "../model/secret-reference.ts";
import type { ResolvedSettings, SourceSettings } from "../model/source.ts";
import { literalCredential } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import type { StoredSecret } from "./secret-store.ts";

export interface Resolution {
  readonly settings: ResolvedSettings;
  /** Where the settings' headers and environment may go. */
  readonly origin: string | undefined;
  readonly credentials: ReadonlyArray<Credential>;
  /** Secrets that were left out, because they may not go to the origin. */
  readonly withheld: ReadonlySet<SecretName>;
}

type Values = Readonly<Record<string, string | SecretReference>>;

/** The settings with the secrets' values in place of references; those that may not go to `origin` are left out. */
export const resolveSettings = Effect.fn("resolveSettings")(function* (
  find: (name: SecretName) => Effect.Effect<StoredSecret | undefined>,
  settings: SourceSettings,
  origin: string | undefined,
) {
  const credentials: Array<Credential> = [];
  const withheld = new Set<SecretName>();

  const resolveValues = Effect.fnUntraced(function* (values: Values) {
    const resolved: Array<readonly [string, string]> = [];
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "string") {
        credentials.push(...literalCredential(name, value));
        resolved.push([name, value]);
        continue;
      }
      const secret = yield* find(value.secret);
      if (secret === undefined) return yield* missing(value.secret, name);
      if (origin === undefined || !secret.origins.includes(origin)) {
        withheld.add(value.secret);
        continue;
      }
      const part = Redacted.value(secret.value);
      const whole = (value.prefix ?? "") + part;
      credentials.push({ whole, part });
      resolved.push([name, whole]);
    }
    return Object.fromEntries(resolved);
  });

  const headers = yield* resolveValues(settings.headers);
  const { env, ...rest } = settings;
  const resolved: ResolvedSettings =
    env === undefined ? { ...rest, headers } : { ...rest, headers, env: yield* resolveValues(env) };
  const resolution: Resolution = { settings: resolved, origin, credentials, withheld };
  return resolution;
});

/** Fails where a secret had to be left out. */
export const requireAll = (
  resolution: Resolution,
): Effect.Effect<Resolution, SecretNotForOrigin> => {
  const [name] = resolution.withheld;
  return name === undefined
    ? Effect.succeed(resolution)
    : Effect.fail(
        new SecretNotForOrigin({
          message: `The secret ${name} may not be sent to ${resolution.origin ?? "a place that is not known yet"}. If it should, put it again with that among its origins.`,
        }),
      );
};

const missing = (secret: SecretName, where: string) =>
  new MissingSecret({
    message: `There is no secret ${secret}, which ${where} is set to. Put it with PUT /api/secrets/${secret} or executor secrets set ${secret}.`,
  });
