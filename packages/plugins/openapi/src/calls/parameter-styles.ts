import type { Json } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";
import { encode, encodeReserved } from "./percent-encoding.ts";

export interface Style {
  readonly style: string;
  readonly explode: boolean;
  readonly allowReserved: boolean;
}

/** A value as plain text: what has structure becomes JSON. */
export const plain = (value: Json): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

/** Members that are there: neither lists nor objects can hold `null` in these notations. */
const items = (value: ReadonlyArray<Json>): ReadonlyArray<string> =>
  value.filter((item) => item !== null).map(plain);

const pairs = (value: { readonly [key: string]: Json }): ReadonlyArray<readonly [string, string]> =>
  Object.entries(value)
    .filter(([, item]) => item !== null)
    .map(([key, item]) => [key, plain(item)]);

/** A path parameter: `simple`, `label` or `matrix` (OpenAPI 3.1, "Style Values"; RFC 6570). */
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

/** A header: `simple`. Values are sent as they are. */
export const headerValue = (value: Json, { explode }: Style): string => {
  if (isArray(value)) return items(value).join(",");
  if (!isObject(value)) return plain(value);
  return pairs(value)
    .map(([key, item]) => (explode ? `${key}=${item}` : `${key},${item}`))
    .join(",");
};

/**
 * The `name=value` parts, encoded, of a query parameter, a cookie or a form's field: `form`, `spaceDelimited`,
 * `pipeDelimited` or `deepObject`. `null`, an empty list and an empty object are left out. `deepObject`, whose lists OpenAPI
 * leaves open, writes them with indices (`a[0]=x`), which Rails, PHP, qs and Stripe read.
 */
export const queryParts = (name: string, value: Json, style: Style): ReadonlyArray<string> => {
  const escape = style.allowReserved ? encodeReserved : encode;
  const part = (key: string, item: string): string => `${encode(key)}=${escape(item)}`;
  if (value === null) return [];
  if (style.style === "deepObject" && typeof value === "object") {
    return deepParts(name, value).map(([key, item]) => part(key, item));
  }
  if (isArray(value)) {
    const list = items(value);
    if (list.length === 0) return [];
    if (style.explode) return list.map((item) => part(name, item));
    return [`${encode(name)}=${list.map(escape).join(delimiterOf(style))}`];
  }
  if (isObject(value)) {
    const list = pairs(value);
    if (list.length === 0) return [];
    if (style.explode) return list.map(([key, item]) => part(key, item));
    return [`${encode(name)}=${list.flat().map(escape).join(delimiterOf(style))}`];
  }
  return [part(name, plain(value))];
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
