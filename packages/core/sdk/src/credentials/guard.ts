import type { Context } from "effect";
import type { CredentialGuard } from "./credential-guard.ts";
import { minRedactedChars } from "./credentials.ts";
import type { Resolution } from "./resolve-settings.ts";

/** Keeps a source's credentials from every place but the one that they are for. */
export const credentialGuard = ({
  credentials,
  origin,
}: Pick<Resolution, "credentials" | "origin">): Context.Tag.Service<typeof CredentialGuard> => ({
  origin,
  forbidden: (url, headers) => {
    if (url.origin === origin || credentials.length === 0) return [];
    return Object.entries(headers)
      .filter(([, value]) =>
        credentials.some(
          ({ whole, part }) =>
            value === whole || (part.length >= minRedactedChars && value.includes(part)),
        ),
      )
      .map(([name]) => name);
  },
});
