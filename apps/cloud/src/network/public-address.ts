import ipaddr from "ipaddr.js";

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
