import { Context } from "effect";
import type { UpstreamHeaders } from "../upstream/upstream-headers.ts";

/**
 * Which headers may not be sent to a place, because they hold a credential of the current source that is for another one.
 * The sdk provides it around every use of a source; the last check before a request leaves.
 */
export class CredentialGuard extends Context.Reference<CredentialGuard>()(
  "@executor/sdk/CredentialGuard",
  {
    defaultValue: (): {
      /** The origin that the credentials are for. */
      readonly origin: string | undefined;
      /** Names of headers that may not go to `url`. */
      readonly forbidden: (url: URL, headers: UpstreamHeaders) => ReadonlyArray<string>;
    } => ({ origin: undefined, forbidden: () => [] }),
  },
) {}
