import { readBoundedBody } from "@executor/sdk";
import type { Auth } from "./better-auth.ts";
import { bodyTooLarge, toResponse, tooManyAttempts } from "./refusals.ts";

const maxBodyBytes = 64 * 1024;

/** What `executor.auth.attempts` calls the answers of better-auth that refuse. */
export const refusalOutcomes: Readonly<Record<number, string>> = {
  401: "unauthorized",
  403: "forbidden",
  429: "rate_limited",
  503: "busy",
};

/** The request with a body of at most 64 KiB, or a refusal of a larger one. */
export const withBoundedBody = async (request: Request): Promise<Request | Response> => {
  const { bytes, end } = await readBoundedBody(request.body, maxBodyBytes);
  if (end === "too_large") return toResponse(bodyTooLarge(maxBodyBytes));
  const { headers, method, url } = request;
  const body = request.body === null ? null : Uint8Array.from(bytes);
  return new Request(url, { method, headers, body });
};

/** Answers a request to one of better-auth's endpoints, with a body of at most 64 KiB. */
export const answerAuth = async (auth: Auth, request: Request): Promise<Response> => {
  const bounded = await withBoundedBody(request);
  if (bounded instanceof Response) return bounded;
  const response = await auth.handler(bounded);
  // better-auth's own limit of requests from one address says in this header how long to wait.
  const seconds = response.headers.get("x-retry-after");
  return seconds === null ? response : toResponse(tooManyAttempts(Number(seconds)));
};
