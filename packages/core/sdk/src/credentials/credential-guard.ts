import { Context, Effect } from "effect";
import { minRedactedChars, unchanged } from "./redactor.ts";
import type { Redactor } from "./redactor.ts";
import type { Credential } from "./spellings.ts";

/** Parts of a request that may hold a credential. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** Keeps the credentials of the current source from every place but the one that they are for. */
export interface SourceGuard {
  /** Origin that the credentials are for. */
  readonly origin: string | undefined;
  /** Names of the headers that may not be sent to `url`, and `URL` and `body` where those may not. */
  readonly forbidden: (url: URL, request: GuardedRequest) => ReadonlyArray<string>;
  /** Removes the credentials from all that the source answers, before it is decoded, parsed or cut. */
  readonly redactor: Redactor;
}

/** Guard of the source in use: the last check before a request leaves, and the first of what comes back. Allows everything where no source is in use. */
export class CredentialGuard extends Context.Reference<CredentialGuard>()(
  "@executor/sdk/CredentialGuard",
  {
    defaultValue: (): SourceGuard => ({
      origin: undefined,
      forbidden: () => [],
      redactor: unchanged,
    }),
  },
) {}

/** Credentials of a source, and the origin that they are for. */
interface Guarded {
  readonly credentials: ReadonlyArray<Credential>;
  readonly origin: string | undefined;
}

/** Uses a source so that its credentials are kept from every place but the one that they are for. */
export const guarded =
  (source: Guarded, redactor: Redactor) =>
  <A, E>(use: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.provideService(use, CredentialGuard, sourceGuard(source, redactor));

const sourceGuard = ({ credentials, origin }: Guarded, redactor: Redactor): SourceGuard => ({
  origin,
  redactor,
  forbidden: (url, { body, headers }) => {
    if (url.origin === origin || credentials.length === 0) return [];
    const isTelling = (value: string): boolean =>
      redactor.text(value) !== value ||
      credentials.some(
        ({ whole, part }) =>
          value === whole || (part.length >= minRedactedChars && value.includes(part)),
      );
    const isTellingBody =
      typeof body === "string" ? isTelling(body) : body !== undefined && redactor.holds(body);
    return [
      ...Object.keys(headers).filter((name) => isTelling(headers[name] ?? "")),
      ...(isTelling(url.href) ? ["URL"] : []),
      ...(isTellingBody ? ["body"] : []),
    ];
  },
});
