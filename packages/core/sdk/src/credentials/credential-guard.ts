import { Context, Effect } from "effect";
import { minRedactedChars } from "./redactor.ts";
import type { Credential } from "./redactor.ts";

/** Refuses headers that hold a credential of the current source and would go to a place that the credential is not for. */
export interface HeaderGuard {
  /** Origin that the credentials are for. */
  readonly origin: string | undefined;
  /** Names of the headers that may not be sent to `url`. */
  readonly forbidden: (
    url: URL,
    headers: Readonly<Record<string, string>>,
  ) => ReadonlyArray<string>;
}

/** Guard of the source in use: the last check before a request leaves. Allows everything where no source is in use. */
export class CredentialGuard extends Context.Reference<CredentialGuard>()(
  "@executor/sdk/CredentialGuard",
  { defaultValue: (): HeaderGuard => ({ origin: undefined, forbidden: () => [] }) },
) {}

/** Credentials of a source, and the origin that they are for. */
interface Guarded {
  readonly credentials: ReadonlyArray<Credential>;
  readonly origin: string | undefined;
}

/** Uses a source so that its credentials are kept from every place but the one that they are for. */
export const guarded =
  (source: Guarded) =>
  <A, E>(use: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.provideService(use, CredentialGuard, headerGuard(source));

const headerGuard = ({ credentials, origin }: Guarded): HeaderGuard => ({
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
