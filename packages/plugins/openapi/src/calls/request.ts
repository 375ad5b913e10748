import { mergeHeaders, placesIn, withIntegers } from "@executor/sdk";
import type { IntegerPlaces, Json, JsonObject, UpstreamHeaders } from "@executor/sdk";
import { fromEntries, member, shorten, text } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Binding, ParameterBinding } from "./binding.ts";
import { isOverride } from "./method-override.ts";
import { requestBody } from "./body.ts";
import type { Content } from "./content-types.ts";
import {
  cookieValue,
  encode,
  headerValue,
  pathValue,
  queryParts,
  withStyledIntegers,
} from "./styles.ts";

export interface Request {
  readonly method: Binding["method"];
  readonly url: string;
  /** The URL's path with the names of its variables in place of their values. */
  readonly template: string;
  readonly headers: UpstreamHeaders;
  readonly body: Uint8Array | undefined;
}

const defaultAccept = "application/json, */*;q=0.5";

/** Whether `fetch` refuses a body with this method. */
export const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

/** The source's own headers that go with an operation's requests: none to another origin than that of the source's URL. */
export const sentHeaders = (
  server: string | null,
  base: string,
  sourceHeaders: Readonly<Record<string, string>>,
): UpstreamHeaders => {
  const isBaseOrigin = server === null || URL.parse(server)?.origin === URL.parse(base)?.origin;
  return isBaseOrigin ? mergeHeaders({}, sourceHeaders) : {};
};

/**
 * The HTTP request of a call. `base` is the source's URL. `sourceHeaders` override every header from the input, where they are
 * sent at all; a `cookie` among them is joined with the input's cookies. `integers`: the
 * places in the input that JSON writes as integers. The left side says what is wrong with the input.
 */
export const buildRequest = (
  binding: Binding,
  values: JsonObject,
  base: string,
  sourceHeaders: Readonly<Record<string, string>>,
  integers?: IntegerPlaces,
): Either.Either<Request, string> =>
  Either.gen(function* () {
    yield* checkInputNames(binding, values);
    const input = withJsonIntegers(binding, values, integers);
    const path = yield* requestPath(binding, input);
    const query = queryOf(binding, input);
    yield* checkNames(binding, query);
    const content = yield* contentOf(binding, input, placesIn(integers, "body"));
    const server = binding.server ?? base;
    const headers: UpstreamHeaders & { readonly cookie?: string } = {
      accept: binding.accept ?? defaultAccept,
      ...(content === undefined ? {} : { "content-type": content.contentType }),
      ...headersAndCookies(binding, input),
    };
    const own = sentHeaders(binding.server, base, sourceHeaders);
    const cookies = [own["cookie"], headers.cookie].filter((cookie) => cookie !== undefined);
    return {
      method: binding.method,
      url: join(server, path, query),
      template: pathTemplate(server, binding.path),
      headers: {
        ...mergeHeaders(headers, own),
        ...(cookies.length === 0 ? {} : { cookie: cookies.join("; ") }),
      },
      body: content?.bytes,
    };
  });

/** Checks that everything in the input has a place in the request, which an operator's source without checks leaves open. */
const checkInputNames = (
  { body, parameters }: Binding,
  input: JsonObject,
): Either.Either<void, string> => {
  const choice = body !== null && "offers" in body ? body.key : null;
  const known = new Set([
    ...parameters.map(({ key }) => key),
    choice,
    body === null ? null : "body",
  ]);
  const unknown = Object.keys(input).find((name) => !known.has(name));
  return unknown === undefined
    ? Either.void
    : Either.left(`\`${shorten(unknown, 100)}\` is no input of the tool, so it would not be sent.`);
};

/** The body that the input gives, if it gives one. */
const contentOf = (
  { body }: Binding,
  input: JsonObject,
  integers: IntegerPlaces | undefined,
): Either.Either<Content | undefined, string> => {
  const value = member(input, "body");
  if (body === null || value === undefined) return Either.right(undefined);
  const { key, offers } = "offers" in body ? body : { key: null, offers: [body] };
  const wanted = key === null ? undefined : text(member(input, key));
  return requestBody(offers, value, wanted, integers);
};

/**
 * The path template with its variables filled in. A value cannot leave its place: it adds no segment, and it is refused if it
 * holds a control character or a segment `.` or `..`, which lead elsewhere even when encoded (WHATWG URL, "double-dot path
 * segment"), at servers and proxies that decode slashes first also in the middle of a value.
 */
const requestPath = (binding: Binding, input: JsonObject): Either.Either<string, string> => {
  const values = new Map<string, string>();
  for (const parameter of binding.parameters) {
    if (parameter.in !== "path") continue;
    const value = member(input, parameter.key) ?? null;
    const written = value === null ? "" : writePathValue(parameter, value);
    if (written === "") {
      return Either.left(
        `\`${parameter.key}\` is part of the path and cannot be left out or empty.`,
      );
    }
    values.set(parameter.name, written);
  }
  const [template = "", query = ""] = binding.path.replace(/#.*$/s, "").split(/\?(.*)/s);
  const filled = template.replace(
    /\{([^}]+)\}/g,
    (whole, name: string) => values.get(name) ?? whole,
  );
  const path = filled.startsWith("/") ? filled : `/${filled}`;
  if (leadsElsewhere(path)) {
    return Either.left(
      "A path parameter is or holds `.` or `..` as a segment, or a control character, which would lead to another operation. Give another value.",
    );
  }
  return Either.right(query === "" ? path : `${path}?${query}`);
};

/** Times that servers and the proxies before them may decode a path. */
const maxDecodings = 3;

const leadsElsewhere = (path: string): boolean => {
  let decoded = path;
  for (let count = 0; count < maxDecodings; count += 1) {
    decoded = decoded.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }
  // Some servers cut parameters such as `;a=b` from segments.
  const isDots = (segment: string): boolean => /^\.{1,2}(;.*)?$/s.test(segment);
  return (
    decoded.split(/[/\\]/).some(isDots) || /\p{Cc}/u.test(decoded.replaceAll(/[\x80-\xff]/g, ""))
  );
};

/** The input with integers in place of their digits where parameters are written as JSON, or hold it. */
const withJsonIntegers = (
  { parameters }: Binding,
  input: JsonObject,
  integers: IntegerPlaces | undefined,
): JsonObject => {
  if (integers === undefined) return input;
  const json = parameters.flatMap(({ key, json: isJson, style }) => {
    const value = member(input, key);
    if (value === undefined) return [];
    const inside = placesIn(integers, key);
    const exact = isJson ? withIntegers(value, inside) : withStyledIntegers(value, style, inside);
    return [[key, exact] as const];
  });
  return fromEntries([...Object.entries(input), ...json]);
};

const writePathValue = (parameter: ParameterBinding, value: Json): string =>
  parameter.json ? encode(JSON.stringify(value)) : pathValue(parameter.name, value, parameter);

const join = (server: string, path: string, query: ReadonlyArray<string>): string => {
  const [origin = "", ...serverQuery] = server.split("?");
  const [route = "", ...pathQuery] = path.split("?");
  const all = [...serverQuery, ...pathQuery, ...query].filter((part) => part !== "");
  return origin.replace(/\/+$/, "") + route + (all.length === 0 ? "" : `?${all.join("&")}`);
};

const pathTemplate = (server: string, path: string): string => {
  const base = URL.parse(server)?.pathname.replace(/\/+$/, "") ?? "";
  return `${base}${path.replace(/[?#].*$/s, "").replace(/^(?!\/)/, "/")}`;
};

/** The parameters of one place that the input gives, with their values. `null` counts as not given. */
const given = (
  binding: Binding,
  input: JsonObject,
  place: ParameterBinding["in"],
): ReadonlyArray<readonly [ParameterBinding, Json]> =>
  binding.parameters.flatMap((parameter) => {
    const value = parameter.in === place ? member(input, parameter.key) : undefined;
    return value === undefined || value === null ? [] : [[parameter, value] as const];
  });

const queryOf = (binding: Binding, input: JsonObject): ReadonlyArray<string> =>
  given(binding, input, "query").flatMap(([parameter, value]) =>
    parameter.json
      ? [`${encode(parameter.name)}=${encode(JSON.stringify(value))}`]
      : queryParts(parameter.name, value, parameter),
  );

/** A read has no names in its query that the caller chose and that make it another method: objects give their members' names. */
const checkNames = (
  { method, parameters }: Binding,
  query: ReadonlyArray<string>,
): Either.Either<void, string> => {
  if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") return Either.void;
  const names = query.map((part) => decodeURIComponent(part.replace(/=.*$/s, "")));
  const chosen = names.find(
    (name) => isOverride(name) && !parameters.some((parameter) => parameter.name === name),
  );
  return chosen === undefined
    ? Either.void
    : Either.left(`\`${chosen}\` may change the method of the request. Leave it out.`);
};

/** JSON text that a header can hold: other characters than ASCII are escaped. */
const asciiJson = (value: Json): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const headersAndCookies = (
  binding: Binding,
  input: JsonObject,
): UpstreamHeaders & { readonly cookie?: string } => {
  const headers = Object.fromEntries(
    given(binding, input, "header").map(([parameter, value]) => [
      parameter.name.toLowerCase(),
      parameter.json ? asciiJson(value) : headerValue(value, parameter),
    ]),
  );
  const cookie = given(binding, input, "cookie")
    .map(([parameter, value]) => {
      if (parameter.json) return `${parameter.name}=${encode(JSON.stringify(value))}`;
      return parameter.style === "cookie"
        ? cookieValue(parameter.name, value, parameter)
        : queryParts(parameter.name, value, parameter).join("&");
    })
    .filter((part) => part !== "")
    .join("; ");
  return cookie === "" ? headers : { ...headers, cookie };
};
