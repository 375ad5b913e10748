import { env } from "cloudflare:workers";
import { whyNotPublic } from "./public-address.ts";

const variable = "EXECUTOR_PRIVATE_UPSTREAMS";

/** A request to a place that is not on the public Internet. */
class PrivateAddress extends Error {
  readonly code = "ADDRESS_NOT_PUBLIC";

  constructor(url: URL, why: string) {
    super(`${url.host} cannot be reached from here: ${why}.`);
  }
}

/** Makes everything in the process fetch from public addresses only, unless the app is configured otherwise. */
export const restrictFetch = (): void => {
  const allowsPrivate =
    typeof env === "object" && env !== null && Reflect.get(env, variable) === "true";
  if (allowsPrivate) return;
  // Everything in the bundle uses this one function, libraries included.
  const restricted = publicFetch(globalThis.fetch);
  globalThis.fetch = Object.assign(restricted, { preconnect: () => {} });
};

/**
 * `fetch` that reaches public addresses only and follows no redirect: a caller that follows one fetches its location. A host name
 * is judged as it is written; the platform refuses a name that resolves to a private address (`docs/cloud.md`).
 */
const publicFetch =
  (fetchAnywhere: typeof fetch) =>
  async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const url = new URL(request.url);
    const why = whyNotPublic(url);
    if (why !== undefined) throw new PrivateAddress(url, why);
    return fetchAnywhere(request);
  };
