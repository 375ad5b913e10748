/**
 * A test of whole texts against a pattern in which `*` stands for any characters, none included; everything else stands for
 * itself, and case counts. It goes through a text once and never back, whatever the pattern.
 *
 * ```ts
 * import { wildcard } from "@executor/plugin-kit";
 *
 * wildcard("repos/*")("repos/get"); // => true
 * wildcard("repos")("repos/get"); // => false
 * ```
 */
export const wildcard = (pattern: string): ((text: string) => boolean) => {
  const [start = "", ...rest] = pattern.split("*");
  const end = rest.pop();
  if (end === undefined) return (text) => text === start;
  const between = rest.filter((part) => part !== "");
  return (text) => {
    const limit = text.length - end.length;
    if (limit < start.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    let at = start.length;
    for (const part of between) {
      // Its first place: no other gives the next parts more text.
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > limit) return false;
      at = found + part.length;
    }
    return true;
  };
};
