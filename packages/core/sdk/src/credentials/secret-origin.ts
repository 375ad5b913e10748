const stdio = "stdio:";
const maxChars = 2_048;

/**
 * The origin that a URL leads to, as secrets are bound to it: that of an `http:` or `https:` URL (RFC 6454), or the whole
 * of `stdio:` and a program. `undefined` for anything else, and for a URL with a user name in it.
 */
export const originOf = (url: string): string | undefined => {
  if (url.length > maxChars) return undefined;
  if (url.startsWith(stdio))
    return /^stdio:[^\s\p{Cc}](.*[^\s\p{Cc}])?$/u.test(url) ? url : undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  // A host may hold an asterisk, which would be taken for a pattern.
  const isPlain = parsed.username === "" && parsed.password === "" && !parsed.host.includes("*");
  return isPlain ? parsed.origin : undefined;
};

/** Where the program of an MCP server's source gets what is meant for it. */
export const programOrigin = (command: string): string => stdio + command;
