import { Schema } from "effect";
import type { Json } from "@executor/sdk";

/**
 * Reads the bindings that a plugin has stored. They are its own and read back unchanged; any other is a broken invariant and
 * throws. What was read is kept as long as the stored value, which the sdk keeps for tools in use.
 */
export const bindingReader = <A extends object, I>(
  schema: Schema.Schema<A, I>,
): ((stored: Json) => A) => {
  const decode = Schema.decodeUnknownSync(schema);
  const decoded = new WeakMap<object, A>();
  return (stored) => {
    if (typeof stored !== "object" || stored === null) return decode(stored);
    const known = decoded.get(stored) ?? decode(stored);
    decoded.set(stored, known);
    return known;
  };
};
