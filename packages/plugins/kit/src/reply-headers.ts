/** Headers of an upstream's reply as agent code gets them. */
export interface ReplyHeaders {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a header was left out, or a value cut, for its size. */
  readonly isCut: boolean;
}

/** Headers of one reply. */
export const maxHeaders = 64;
/** Characters of one value. */
export const maxHeaderChars = 8 * 1024;

/**
 * Headers that agent code does not get. Those that RFC 9110 (7.6.1) makes the connection's own say nothing about the reply.
 * `set-cookie` hands out a session, which is a credential that no call of a tool can use: the code could only tell it on.
 */
const withheld: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "set-cookie",
  "set-cookie2",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Whether agent code gets a header of this name, which is in lower case. */
export const isToldHeader = (name: string): boolean => !withheld.has(name);

/** The first 64 headers of a reply, each cut at 8,192 characters, without those of the connection and without cookies. */
export const replyHeaders = (all: Readonly<Record<string, string>>): ReplyHeaders => {
  const told = Object.entries(all)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => isToldHeader(name));
  const kept = told.slice(0, maxHeaders);
  return {
    headers: Object.fromEntries(
      kept.map(([name, value]) => [name, value.slice(0, maxHeaderChars)] as const),
    ),
    isCut: told.length > kept.length || kept.some(([, { length }]) => length > maxHeaderChars),
  };
};
