import type { SecretName, SecretReference } from "../model/secret-reference.ts";
import type { SourceSettings } from "../model/source.ts";

/** The secrets that a source's settings refer to, each once. */
export const secretUses = ({ headers, env }: SourceSettings): ReadonlySet<SecretName> =>
  new Set(
    [...Object.values(headers), ...Object.values(env ?? {})]
      .filter((value): value is SecretReference => typeof value !== "string")
      .map(({ secret }) => secret),
  );
