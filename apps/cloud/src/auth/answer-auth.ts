import { readBoundedBody } from "@executor/sdk";
import type { Auth } from "./better-auth.ts";
import { bodyIncomplete, bodyTooLarge, toResponse, tooManyAttempts } from "./refusals.ts";

/** Bytes of a body of people's forms. One page of keys may repeat such a body's name of a person for each of 500 keys. */
export const maxFormBytes = 4 * 1024;

/** Characters of a path at most. better-auth keeps those of ten seconds, unknown ones too, to count requests. */
export const maxAuthPathChars = 100;

/** Bytes of a body that an organization's object reads, such as a description; all objects share the memory of an isolate. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** What `executor.auth.attempts` calls the answers of better-auth that refuse. */
export const refusalOutcomes: Readonly<Record<number, string>> = {
  401: "unauthorized",
  403: "forbidden",
  429: "rate_limited",
  503: "busy",
};

/** The request with its whole body, which is read from `body`; or a refusal of one that has more than `maxBytes` bytes or breaks off. */
export const withBoundedBody = async (
  request: Request,
  maxBytes: number,
  body = request.body,
): Promise<Request | Response> => {
  if (body === null) return request;
  const isDeclared = Number(request.headers.get("content-length")) > maxBytes;
  const read = isDeclared ? undefined : await readBoundedBody(body, maxBytes);
  if (read === undefined || read.end === "too_large") return toResponse(bodyTooLarge(maxBytes));
  if (read.end === "broken") return toResponse(bodyIncomplete());
  const { method } = request;
  return new Request(request, { method, body: read.bytes });
};

/** Answers a request to one of better-auth's endpoints, with a body of at most 4 KiB. */
export const answerAuth = async (auth: Auth, request: Request): Promise<Response> => {
  const bounded = await withBoundedBody(request, maxFormBytes);
  if (bounded instanceof Response) return bounded;
  const response = await auth.handler(bounded);
  // better-auth's own limit of requests from one address says in this header how long to wait.
  const seconds = response.headers.get("x-retry-after");
  return seconds === null ? response : toResponse(tooManyAttempts(Number(seconds)));
};
