import { mergeHeaders } from "@executor/sdk";
import type { Json, JsonObject, UpstreamHeaders } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Binding, ParameterBinding } from "./binding.ts";
import { headerValue, plain, queryParts } from "./parameter-styles.ts";
import { encode } from "./percent-encoding.ts";
import { requestContent } from "./request-body.ts";
import { requestPath } from "./request-path.ts";

export interface Request {
  readonly method: Binding["method"];
  readonly url: string;
  readonly headers: UpstreamHeaders;
  readonly body: Uint8Array | undefined;
}

const usualAccept = "application/json, */*;q=0.5";

/**
 * The request that a call comes to. `base` is the source's URL; `sourceHeaders` win over everything that the input holds, and
 * are left out where the operation goes to another origin than `base`. The left side says what is wrong with the input.
 */
export const buildRequest = (
  binding: Binding,
  input: JsonObject,
  base: string,
  sourceHeaders: Readonly<Record<string, string>>,
): Either.Either<Request, string> =>
  Either.gen(function* () {
    const path = yield* requestPath(binding, input);
    const body = member(input, "body");
    const content =
      binding.body === null || body === undefined
        ? undefined
        : yield* requestContent(binding.body, body);
    const server = binding.server ?? base;
    const headers = {
      accept: binding.accept ?? usualAccept,
      ...(content === undefined ? {} : { "content-type": content.contentType }),
      ...headersAndCookies(binding, input),
    };
    const isBaseOrigin = URL.parse(server)?.origin === URL.parse(base)?.origin;
    return {
      method: binding.method,
      url: join(server, path, parts(binding, input, "query")),
      headers: mergeHeaders(headers, isBaseOrigin ? sourceHeaders : {}),
      body: content?.bytes,
    };
  });

const join = (server: string, path: string, query: ReadonlyArray<string>): string => {
  const [origin = "", ...serverQuery] = server.split("?");
  const [route = "", ...pathQuery] = path.split("?");
  const all = [...serverQuery, ...pathQuery, ...query].filter((part) => part !== "");
  return origin.replace(/\/+$/, "") + route + (all.length === 0 ? "" : `?${all.join("&")}`);
};

const given = (
  binding: Binding,
  input: JsonObject,
  place: ParameterBinding["in"],
): ReadonlyArray<readonly [ParameterBinding, Json]> =>
  binding.parameters.flatMap((parameter) => {
    const value = parameter.in === place ? member(input, parameter.key) : undefined;
    return value === undefined || value === null ? [] : [[parameter, value] as const];
  });

const parts = (binding: Binding, input: JsonObject, place: "query" | "cookie") =>
  given(binding, input, place).flatMap(([parameter, value]) =>
    parameter.json
      ? [`${encode(parameter.name)}=${encode(JSON.stringify(value))}`]
      : queryParts(parameter.name, value, parameter),
  );

const headersAndCookies = (binding: Binding, input: JsonObject): UpstreamHeaders => {
  const headers = given(binding, input, "header").map(
    ([parameter, value]) =>
      [
        parameter.name.toLowerCase(),
        parameter.json ? JSON.stringify(value) : headerValue(value, parameter),
      ] as const,
  );
  const cookies = given(binding, input, "cookie").map(([parameter, value]) =>
    parameter.json
      ? `${parameter.name}=${encode(plain(value))}`
      : queryParts(parameter.name, value, parameter).join("&"),
  );
  const cookie = cookies.filter((part) => part !== "").join("; ");
  return cookie === "" ? Object.fromEntries(headers) : { ...Object.fromEntries(headers), cookie };
};
