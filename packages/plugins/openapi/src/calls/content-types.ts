import type { BodyBinding } from "./binding.ts";
import { essence } from "./content.ts";

/** A request body with its content type. */
export interface Content {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const fallbacks = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  text: "text/plain",
  binary: "application/octet-stream",
} satisfies Record<BodyBinding["kind"], string>;

/** The type that a body of a kind is sent in where its description gives none that can be sent. */
export const fallbackType = (kind: BodyBinding["kind"]): string => fallbacks[kind];

/** A single media type that cannot break its line; `undefined` for a range or a list of allowed types. */
export const concreteType = (type: string | null | undefined): string | undefined =>
  typeof type === "string" &&
  /^[\w.+!#$&^-]+\/[\w.+!#$&^-]+(?: *; *[\w.-]+=(?:"[^"\\\r\n]*"|[\w.+/:-]+))*$/.test(type.trim())
    ? type.trim()
    : undefined;

/** Whether a media type is a range: `image/*`, or any type. */
export const isRange = (type: string): boolean => /^(?:\*\/\*|[\w.+-]+\/\*)$/.test(essence(type));

/** Whether a type is the offered one, or in the offered range; parameters such as `charset` may differ. */
export const isWithin = (type: string, offered: string): boolean => {
  const [wanted, given] = [essence(offered), essence(type)];
  if (wanted === "*/*" || wanted === given) return true;
  return isRange(wanted) && given.startsWith(wanted.slice(0, -1));
};

/**
 * The content type of a body that is offered in a type or range: the caller's own where it is within it, else the offered one,
 * else the general type of that kind of body. `undefined` for a range that holds none of these, such as `image/*`.
 */
export const sentType = (
  offered: string,
  kind: BodyBinding["kind"],
  own: string | undefined,
): string | undefined => {
  const given = concreteType(own);
  if (given !== undefined && isWithin(given, offered)) return given;
  if (!isRange(offered)) return offered;
  return [fallbacks[kind], fallbacks.binary].find((type) => isWithin(type, offered));
};
