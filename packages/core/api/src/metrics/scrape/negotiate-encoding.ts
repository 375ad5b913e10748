import { parseHeader } from "./negotiate-header.ts";

export type ContentCoding = "gzip" | "identity";

/**
 * How a body is encoded for a client, by RFC 9110, section 12.5.3; `undefined` where it takes neither. Of two that it likes
 * alike, gzip. Without a header, or where it names nothing that is known, the body is sent as it is unless that is excluded.
 */
export const negotiateEncoding = (
  acceptEncoding: string | undefined,
): ContentCoding | undefined => {
  if (acceptEncoding === undefined) return "identity";
  const weights = new Map(
    parseHeader(acceptEncoding).map(({ value, q }) => [value === "x-gzip" ? "gzip" : value, q]),
  );
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  const identity = weights.get("identity") ?? weights.get("*");
  if (gzip > 0 && gzip >= (identity ?? 0)) return "gzip";
  return identity === 0 ? undefined : "identity";
};
