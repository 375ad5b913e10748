/**
 * Why a request may not go there, or `undefined` where it may: to an `http:` or `https:` URL whose host is a public address or
 * may be the name of one. By the IANA special-purpose address registries (RFC 6890).
 */
export const whyNotPublic = (url: URL): string | undefined => {
  if (!/^https?:$/.test(url.protocol)) return "only http and https lead to other servers";
  const { hostname } = url;
  const octets = ipv4(hostname);
  if (octets !== undefined) return isPublicIpv4(octets) ? undefined : notPublic;
  if (hostname.startsWith("[")) return isPublicIpv6(ipv6(hostname)) ? undefined : notPublic;
  return isLocalName(hostname) ? "its name is one of a private network" : undefined;
};

const notPublic = "its address is not a public one";

/** Names without a dot, and those that the outside world never resolves (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const isLocalName = (hostname: string): boolean => {
  const name = hostname.replace(/\.$/, "");
  return (
    !name.includes(".") || /\.(localhost|local|internal|home\.arpa|test|invalid|onion)$/.test(name)
  );
};

type Octets = readonly [number, number, number, number];

/** A URL's host is a normalised IPv4 address where it is one in whatever writing (WHATWG URL, "host parsing"). */
const ipv4 = (hostname: string): Octets | undefined => {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(hostname);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
};

const isPublicIpv4 = ([a, b, c]: Octets): boolean =>
  !(
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113)
  );

/** The eight groups of a URL's IPv6 host, which is normalised, in brackets. */
const ipv6 = (hostname: string): ReadonlyArray<number> => {
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return groups(head);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
};

/** Global unicast (`2000::/3`) without what is set apart in it; and what translates to a public IPv4 address. */
const isPublicIpv6 = (groups: ReadonlyArray<number>): boolean => {
  const [first = 0, second = 0] = groups;
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) {
    return isPublicIpv4(embedded(groups, 6));
  }
  if (first === 0x2002) return isPublicIpv4(embedded(groups, 1));
  if (first < 0x2000 || first > 0x3fff) return false;
  return !(
    (first === 0x2001 && second < 0x200) ||
    (first === 0x2001 && second === 0xdb8) ||
    (first === 0x3fff && second < 0x1000)
  );
};

const embedded = (groups: ReadonlyArray<number>, at: number): Octets => {
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
};
