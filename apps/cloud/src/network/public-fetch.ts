import ipaddr from "ipaddr.js";
import { env } from "cloudflare:workers";

/**
 * Reason why a request may not go to this URL, or `undefined` if it may: to an `http:` or `https:` URL whose host is a public
 * address or may be the name of one, by the IANA special-purpose address registries (RFC 6890).
 */
export const whyNotPublic = (url: URL): string | undefined => {
  if (!/^https?:$/.test(url.protocol)) return "only http and https lead to other servers";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (ipaddr.isValid(host)) {
    return isPublic(ipaddr.parse(host)) ? undefined : "its address is not a public one";
  }
  return isLocalName(host) ? "its name is one of a private network" : undefined;
};

/** Names without a dot, and those that the outside world never resolves (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const isLocalName = (hostname: string): boolean => {
  const name = hostname.replace(/\.$/, "");
  return (
    !name.includes(".") || /\.(localhost|local|internal|home\.arpa|test|invalid|onion)$/.test(name)
  );
};

/** IPv6 prefixes of embedded IPv4 addresses, and the byte that the address begins at (RFC 6052, RFC 3056). */
const embeddings: ReadonlyArray<readonly [range: [ipaddr.IPv6, number], at: number]> = [
  [ipaddr.IPv6.parseCIDR("64:ff9b::/96"), 12],
  [ipaddr.IPv6.parseCIDR("2002::/16"), 2],
];

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/** Whether the address is global unicast, or embeds an IPv4 address that is. */
const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean => {
  if (address instanceof ipaddr.IPv4) return address.range() === "unicast";
  const embedding = embeddings.find(([range]) => address.match(range));
  if (embedding === undefined) return address.range() === "unicast" && address.match(globalUnicast);
  const [, at] = embedding;
  return isPublic(new ipaddr.IPv4(address.toByteArray().slice(at, at + 4)));
};

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
