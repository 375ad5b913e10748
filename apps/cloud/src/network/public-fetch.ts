import { env } from "cloudflare:workers";
import type { Environment } from "../environment.ts";
import { whyNotPublic } from "./public-address.ts";

const variable = "EXECUTOR_PRIVATE_UPSTREAMS";

/** The platform's own, which every address of the operator's choice may be reached by. */
const fetchAnywhere = globalThis.fetch;

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
  globalThis.fetch = asFetch(publicFetch);
};

/**
 * `fetch` for the receiver of telemetry, whose address the platform's operator chose: it may be a private one, and is the only one
 * that this reaches. It goes through the binding where there is one.
 */
export const fetchReceiver = (
  address: string,
  binding: Environment["OTLP_RECEIVER"],
): typeof fetch =>
  asFetch(async (input, init) => {
    const request = new Request(input, { ...init, redirect: "manual" });
    if (request.url !== new URL(address).href) throw new Error("Only the receiver is fetched.");
    return binding === undefined ? fetchAnywhere(request) : binding.fetch(request);
  });

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const asFetch = (run: Fetch): typeof fetch => Object.assign(run, { preconnect: () => {} });

/**
 * `fetch` that reaches public addresses only and follows no redirect: a caller that follows one fetches its location. A host name
 * is judged as it is written; the platform refuses a name that resolves to a private address (`docs/cloud.md`).
 */
const publicFetch: Fetch = async (input, init) => {
  const request = new Request(input, { ...init, redirect: "manual" });
  const url = new URL(request.url);
  const why = whyNotPublic(url);
  if (why !== undefined) throw new PrivateAddress(url, why);
  return fetchAnywhere(request);
};
