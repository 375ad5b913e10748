import { whyNotPublic } from "./public-address.ts";

/** A request to a place that is not on the public Internet. */
class PrivateAddress extends Error {
  readonly code = "ADDRESS_NOT_PUBLIC";

  constructor(url: URL, why: string) {
    super(`${url.host} cannot be reached from here: ${why}.`);
  }
}

/**
 * `fetch` that reaches public addresses only, and follows no redirect: whoever wants to follow one asks anew. A name is judged as
 * it stands; that it does not resolve to a private address is for the platform to see to (`docs/cloud.md`).
 */
export const publicFetch =
  (fetchAnywhere: typeof fetch) =>
  async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const url = new URL(request.url);
    const why = whyNotPublic(url);
    if (why !== undefined) throw new PrivateAddress(url, why);
    return fetchAnywhere(request);
  };
