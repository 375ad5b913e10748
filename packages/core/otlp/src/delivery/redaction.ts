/** Replaces the values of our own headers in what a receiver says, which can be logged then. */
export type Redact = (text: string) => string;

/** A shorter value is no secret, and would be found in other words. */
const minChars = 4;

/**
 * Finds the values whole, without their scheme, as user and password where they are `Basic` (the address's are such a header), and
 * each of these in Base64, percent-encoded or in JSON, in any case of letters.
 */
export const makeRedact = (headers: Readonly<Record<string, string>>): Redact => {
  const values = Object.values(headers).flatMap(partsOf);
  const spellings = new Set(
    values.filter((value) => value.length >= minChars).flatMap(spellingsOf),
  );
  if (spellings.size === 0) return (text) => text;
  const longestFirst = [...spellings].toSorted((left, right) => right.length - left.length);
  const pattern = longestFirst.map((value) => value.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  const search = new RegExp(pattern.join("|"), "gi");
  return (text) => text.replace(search, "[redacted]");
};

const partsOf = (value: string): ReadonlyArray<string> => {
  const [, scheme = "", credentials = ""] = /^([A-Za-z][\w-]*) +(\S.*)$/.exec(value) ?? [];
  if (scheme.toLowerCase() !== "basic") return [value, credentials];
  const decoded = Buffer.from(credentials, "base64").toString();
  const colon = decoded.indexOf(":");
  return [
    value,
    credentials,
    decoded,
    decoded.slice(0, Math.max(0, colon)),
    decoded.slice(colon + 1),
  ];
};

const spellingsOf = (value: string): ReadonlyArray<string> => {
  const base64 = Buffer.from(value).toString("base64");
  return [
    value,
    base64.replace(/=+$/, ""),
    Buffer.from(value).toString("base64url"),
    encodeURIComponent(value.toWellFormed()),
    JSON.stringify(value).slice(1, -1),
  ];
};
