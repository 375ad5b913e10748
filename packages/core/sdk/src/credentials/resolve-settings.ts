import { Effect, Redacted } from "effect";
import type {
  ResolvedSettings,
  SecretName,
  SecretReference,
  SourceKind,
  SourceSettings,
} from "../model/source.ts";
import {
  argumentCredentials,
  credentialsWithin,
  literalCredential,
  queryCredentials,
  variableCredentials,
} from "./literal-credentials.ts";
import { MissingSecret, originOf, programOrigin, SecretNotForOrigin } from "./secret.ts";
import type { StoredSecret } from "./secret-store.ts";
import type { Credential } from "./spellings.ts";

export interface Resolution {
  readonly settings: ResolvedSettings;
  /** Origin that the settings' headers and environment may be sent to. */
  readonly origin: string | undefined;
  readonly credentials: ReadonlyArray<Credential>;
  /** Secrets that were left out, because they may not be sent to the origin. */
  readonly withheld: ReadonlySet<SecretName>;
}

/** Why settings cannot be used with the secrets that exist. */
export type SecretProblem = MissingSecret | SecretNotForOrigin;

type Values = Readonly<Record<string, string | SecretReference>>;

/** Puts the secrets' values in place of the references; leaves out those that may not be sent to `origin`. */
export const resolveSettings = Effect.fn("resolveSettings")(function* (
  find: (name: SecretName) => Effect.Effect<StoredSecret | undefined>,
  settings: SourceSettings,
  origin: string | undefined,
) {
  const { args = [], url } = settings;
  const credentials: Array<Credential> = [
    ...argumentCredentials(args),
    ...(url !== undefined && originOf(url) === origin ? queryCredentials(url) : []),
  ];
  const withheld = new Set<SecretName>();

  const resolveValues = Effect.fnUntraced(function* (
    values: Values,
    literals: typeof literalCredential,
  ) {
    const resolved: Array<readonly [string, string]> = [];
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "string") {
        credentials.push(...literals(name, value));
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
      credentials.push({ whole, part }, ...credentialsWithin(part));
      resolved.push([name, whole]);
    }
    return Object.fromEntries(resolved);
  });

  const headers = yield* resolveValues(settings.headers, literalCredential);
  const { env, ...rest } = settings;
  const resolved: ResolvedSettings =
    env === undefined
      ? { ...rest, headers }
      : { ...rest, headers, env: yield* resolveValues(env, variableCredentials) };
  const resolution: Resolution = { settings: resolved, origin, credentials, withheld };
  return resolution;
});

/** Fails where a secret was left out. */
export const requireAll = (
  resolution: Resolution,
): Effect.Effect<Resolution, SecretNotForOrigin> => {
  const [name] = resolution.withheld;
  return name === undefined
    ? Effect.succeed(resolution)
    : Effect.fail(
        new SecretNotForOrigin({
          message: `The secret ${name} may not be sent to ${resolution.origin ?? "a place that is not known yet"}. If it should, put it again with that origin in its list.`,
        }),
      );
};

/** Names of the secrets that a source's settings refer to. */
export const secretsOf = ({ headers, env }: SourceSettings): ReadonlySet<string> =>
  new Set(
    [...Object.values(headers), ...Object.values(env ?? {})]
      .filter((value) => typeof value !== "string")
      .map(({ secret }) => secret),
  );

/**
 * Origin that a source's headers and environment are for: the one that its plugin sends them to. Before an OpenAPI description
 * is read, only `baseUrl` gives it. GraphQL sources are called at the URL of the settings, and MCP servers even where there is a
 * `baseUrl`. `undefined` where it is not known.
 */
export const callOrigin = (
  kind: SourceKind,
  { baseUrl, command, url }: SourceSettings,
  loadedUrl?: string,
): string | undefined => {
  if (kind === "mcp" && command !== undefined) return originOf(programOrigin(command));
  const targets = {
    mcp: url,
    openapi: loadedUrl ?? baseUrl,
    graphql: baseUrl ?? url,
    executor: undefined,
  };
  const target = targets[kind];
  return target === undefined ? undefined : originOf(target);
};

const missing = (secret: SecretName, where: string) =>
  new MissingSecret({
    message: `There is no secret ${secret}, which ${where} is set to. Put it with PUT /api/secrets/${secret} or executor secrets set ${secret}.`,
  });
