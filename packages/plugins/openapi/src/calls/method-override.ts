import type { Json } from "@executor/sdk";
import { isArray, member } from "@executor/plugin-kit";

/** Words before `method` in the names of headers and fields that override it, such as `X-HTTP-Method` and `_method`. */
const overridden = /^(x|https?|request|original|forwarded|real|tunnel(ed)?)*(method|verb)$/;

/** `X-HTTP-Method-Override` with any words around it. */
const override = /(method|verb).*override|override.*(method|verb)/;

/** `X-Original-URL`, `X-Rewrite-URL`: proxies and frameworks take the address from them. */
const rewritten = /^x?(original|rewrite|forwarded)(url|uri|path)$/;

/**
 * Whether a server may take a request's method or address from a header or a query parameter of this name in place of the
 * request's own. Rails, Laravel, Symfony, Spring, ASP.NET, Express and Google's APIs do, each with other names, in any case.
 * A plain `method` may mean anything else.
 */
export const isOverride = (name: string): boolean => {
  const letters = name.toLowerCase().replaceAll(/[^a-z]/g, "");
  if (letters === "method" || letters === "verb") return /^[^a-z]/i.test(name);
  return overridden.test(letters) || override.test(letters) || rewritten.test(letters);
};

/** Whether the values of a `method` are methods of HTTP that change something: then it may override, whatever it is called. */
export const choosesMethod = (name: string, schema: Json | undefined): boolean => {
  if (!/method|verb/i.test(name)) return false;
  const values = ["enum", "const", "default", "example", "examples"].flatMap(
    (keyword): ReadonlyArray<Json | undefined> => {
      const value = member(schema, keyword);
      return isArray(value) ? value : [value];
    },
  );
  return values.some(
    (value) => typeof value === "string" && /^(post|put|patch|delete)$/i.test(value),
  );
};
