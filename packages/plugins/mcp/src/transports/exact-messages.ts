import { quoteIntegers } from "@executor/sdk";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Digits of the smallest integer that numbers of JavaScript do not hold exactly. */
const minDigits = 16;

/**
 * A message as the SDK's transports may parse it: integers beyond 2^53 are text in their digits. Nearly all messages have none, and
 * are given as they are.
 */
export const exactMessage = (message: Uint8Array): Uint8Array => {
  if (!holdsDigits(message)) return message;
  const text = decoder.decode(message);
  const quoted = quoteIntegers(text);
  return quoted === text ? message : encoder.encode(quoted);
};

/** {@link exactMessage} for messages in lines: those of a program, and the data of server-sent events. */
export const exactLines = (lines: Uint8Array): Uint8Array => {
  if (!holdsDigits(lines)) return lines;
  const text = decoder.decode(lines);
  const quoted = text.replaceAll(/[^\r\n]+/g, (line) => {
    const field = /^(?:data:|(?=[\s[{]))/.exec(line)?.[0];
    return field === undefined ? line : field + quoteIntegers(line.slice(field.length));
  });
  return quoted === text ? lines : encoder.encode(quoted);
};

/** Whether there are so many digits beside each other: one byte in sixteen is looked at to know. */
const holdsDigits = (bytes: Uint8Array): boolean => {
  for (let probe = minDigits - 1; probe < bytes.length; probe += minDigits) {
    if (!isDigit(bytes[probe])) continue;
    let start = probe;
    while (isDigit(bytes[start - 1])) start -= 1;
    let end = probe + 1;
    while (isDigit(bytes[end])) end += 1;
    if (end - start >= minDigits && !isFraction(bytes[start - 1])) return true;
    probe = end - 1;
  }
  return false;
};

/** Whether digits after this byte are those of a fraction. */
const isFraction = (before: number | undefined): boolean => before === 0x2e;

const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39;
