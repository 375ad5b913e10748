/** Base64 in the alphabet and with the padding of RFC 4648, as MCP's schema wants it; `undefined` for what is none. */
export const readBase64 = (given: string): string | undefined => {
  if (strict.test(given)) return given;
  const data = given
    .replace(/^data:[^,]{0,200},/, "")
    .replaceAll(/\s+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]+$/.test(data) || data.length % 4 === 1) return undefined;
  return data.padEnd(Math.ceil(data.length / 4) * 4, "=");
};

const strict = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Bytes that base64 stands for. */
export const bytesIn = (base64: string): number => {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
};

/** First characters in base64 of files of the kinds that models take. */
const signatures: ReadonlyArray<readonly [start: RegExp, mimeType: string]> = [
  [/^iVBORw0KGgo/, "image/png"],
  [/^\/9j\//, "image/jpeg"],
  [/^R0lGOD[lh]/, "image/gif"],
  [/^UklGR.{6}XRUJQ/, "image/webp"],
  [/^UklGR.{6}XQVZF/, "audio/wav"],
  [/^(?:SUQz|\/\/[s-v])/, "audio/mpeg"],
  [/^JVBERi/, "application/pdf"],
];

/** Media type of a file by its first bytes; `undefined` if they are not known. */
export const typeOfBytes = (base64: string): string | undefined =>
  signatures.find(([start]) => start.test(base64))?.[1];
