import { withIntegers } from "@executor/sdk";
import type { IntegerPlaces, Json } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";

export interface Style {
  readonly style: string;
  readonly explode: boolean;
  readonly allowReserved: boolean;
}

/** A value as text: lists and objects become JSON. */
export const plain = (value: Json): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

/**
 * The value for the functions of this file, which write what is inside lists and objects as JSON: with integers in place of the
 * digits at these places. In `deepObject` nothing is JSON.
 */
export const withStyledIntegers = (
  value: Json,
  style: string,
  integers: IntegerPlaces | undefined,
): Json =>
  style !== "deepObject" && typeof value === "object" ? withIntegers(value, integers) : value;

/** The items of a list as text. `null` is left out, here and in {@link pairs}: these notations cannot write it. */
const items = (value: ReadonlyArray<Json>): ReadonlyArray<string> =>
  value.filter((item) => item !== null).map(plain);

const pairs = (value: { readonly [key: string]: Json }): ReadonlyArray<readonly [string, string]> =>
  Object.entries(value)
    .filter(([, item]) => item !== null)
    .map(([key, item]) => [key, plain(item)]);

/** A path parameter in the style `simple`, `label` or `matrix` (OpenAPI 3.1, "Style Values"; RFC 6570). */
export const pathValue = (name: string, value: Json, { explode, style }: Style): string => {
  const isLabel = style === "label";
  const isMatrix = style === "matrix";
  const id = encode(name);
  const start = isLabel ? "." : isMatrix ? `;${id}=` : "";
  const between = !explode ? "," : isLabel ? "." : isMatrix ? ";" : ",";
  if (isArray(value)) {
    const encoded = items(value).map(encode);
    return isMatrix && explode
      ? encoded.map((item) => `;${id}=${item}`).join("")
      : start + encoded.join(between);
  }
  if (isObject(value)) {
    const encoded = pairs(value).map(([key, item]) => [encode(key), encode(item)] as const);
    if (!explode) return start + encoded.flat().join(",");
    const joined = encoded.map(([key, item]) => `${key}=${item}`).join(between);
    return (isLabel ? "." : isMatrix ? ";" : "") + joined;
  }
  return start + encode(plain(value));
};

/** A header: `simple`, without percent-encoding. */
export const headerValue = (value: Json, { explode }: Style): string => {
  if (isArray(value)) return items(value).join(",");
  if (!isObject(value)) return plain(value);
  return pairs(value)
    .map(([key, item]) => (explode ? `${key}=${item}` : `${key},${item}`))
    .join(",");
};

/** Pairs of a cookie header in OpenAPI 3.2's style `cookie`: not encoded, except for what would end a value. */
export const cookieValue = (name: string, value: Json, { explode }: Style): string => {
  const escape = (item: string): string =>
    item.toWellFormed().replaceAll(/[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, encode);
  if (typeof value !== "object" || value === null) return `${name}=${escape(plain(value))}`;
  const list = isArray(value) ? items(value).map((item) => [name, item] as const) : pairs(value);
  if (explode) return list.map(([key, item]) => `${encode(key)}=${escape(item)}`).join("; ");
  const values = isArray(value) ? list.map(([, item]) => item) : list.flat();
  return `${name}=${values.map(escape).join(",")}`;
};

/**
 * The encoded `name=value` parts of a query parameter, a cookie or a form field in the style `form`, `spaceDelimited`,
 * `pipeDelimited` or `deepObject`. `null`, an empty list and an empty object have no parts. OpenAPI does not define lists in
 * `deepObject`: they get indices (`a[0]=x`), which Rails, PHP, qs and Stripe read.
 */
export const queryParts = (name: string, value: Json, style: Style): ReadonlyArray<string> => {
  const escape = style.allowReserved ? encodeReserved : encode;
  const part = (key: string, item: string): string => `${encode(key)}=${escape(item)}`;
  if (value === null) return [];
  if (style.style === "deepObject" && typeof value === "object") {
    return deepParts(name, value).map(([key, item]) => part(key, item));
  }
  if (typeof value !== "object") return [part(name, plain(value))];
  const list = isArray(value) ? items(value).map((item) => [name, item] as const) : pairs(value);
  if (list.length === 0) return [];
  if (style.explode) return list.map(([key, item]) => part(key, item));
  const values = isArray(value) ? list.map(([, item]) => item) : list.flat();
  return [`${encode(name)}=${values.map(escape).join(delimiterOf(style))}`];
};

const delimiterOf = ({ style }: Style): string => {
  if (style === "spaceDelimited") return "%20";
  return style === "pipeDelimited" ? "%7C" : ",";
};

const deepParts = (name: string, value: Json): ReadonlyArray<readonly [string, string]> => {
  if (value === null) return [];
  if (typeof value !== "object") return [[name, plain(value)]];
  return Object.entries(value).flatMap(([key, item]) => deepParts(`${name}[${key}]`, item));
};

/** Percent-encodes everything but the unreserved characters of RFC 3986, as UTF-8. A lone surrogate becomes U+FFFD. */
export const encode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * {@link encode} without the reserved characters (`allowReserved`), except those that would end the value in a query (`#`, `&`,
 * and `;` at some servers) and `+`, which servers read as a space.
 */
const encodeReserved = (value: string): string =>
  encode(value).replace(/%(3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3D)/g, (escape) =>
    decodeURIComponent(escape),
  );
