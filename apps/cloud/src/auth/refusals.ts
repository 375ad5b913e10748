import { APIError } from "better-auth/api";

/** Refuses a request that came too often (RFC 6585, section 4): 429 `TooManyAttempts`, with the seconds to wait. */
export const tooManyAttempts = (retryAfterSeconds: number): APIError =>
  refusal("TOO_MANY_REQUESTS", {
    _tag: "TooManyAttempts",
    message: `There were too many attempts. Wait ${retryAfterSeconds} seconds; until then even the right password is refused.`,
    retryAfterSeconds,
  });

/** Refuses a request that would have to wait for too many others: 503 `SignInBusy`, with the seconds to wait. */
export const signInBusy = (retryAfterSeconds: number): APIError =>
  refusal("SERVICE_UNAVAILABLE", {
    _tag: "SignInBusy",
    message: `Too many people sign in or sign up at the moment. Try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });

/** Refuses a body that is larger than its endpoint takes: 413 `BodyTooLarge`. */
export const bodyTooLarge = (maxBytes: number): APIError =>
  refusal("PAYLOAD_TOO_LARGE", {
    _tag: "BodyTooLarge",
    message: `The request's body is larger than ${maxBytes} bytes. Send less.`,
  });

/** Refuses a body that breaks off (RFC 9112, section 8): 400 `BodyIncomplete`. */
export const bodyIncomplete = (): APIError =>
  refusal("BAD_REQUEST", {
    _tag: "BodyIncomplete",
    message: "The request's body broke off before its end. Send it again.",
  });

/** Refuses a body that does not arrive in time (RFC 9110, section 15.5.9): 408 `BodyTooSlow`. */
export const bodyTooSlow = (maxMs: number): APIError =>
  refusal("REQUEST_TIMEOUT", {
    _tag: "BodyTooSlow",
    message: `The request's body did not arrive within ${maxMs / 1000} s. Send it at once.`,
  });

/** Refuses a body whose sender, or whose organization, has too many unfinished ones: 429 `TooManyUnfinishedBodies`. */
export const tooManyUnfinishedBodies = (retryAfterSeconds: number): APIError =>
  refusal("TOO_MANY_REQUESTS", {
    _tag: "TooManyUnfinishedBodies",
    message: `Too many bytes of requests that have not arrived wholly are held. Send fewer large ones at once; try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
  });

/** Refuses one more organization than an account may own: 403 `TooManyOrganizations`. */
export const tooManyOrganizations = (max: number): APIError =>
  refusal("FORBIDDEN", {
    _tag: "TooManyOrganizations",
    message: `An account may own ${max} organizations. Delete one, or use another account.`,
  });

/** A refusal with the fields of the API's own errors and with better-auth's `code`. */
const refusal = (
  code:
    | "BAD_REQUEST"
    | "FORBIDDEN"
    | "PAYLOAD_TOO_LARGE"
    | "REQUEST_TIMEOUT"
    | "TOO_MANY_REQUESTS"
    | "SERVICE_UNAVAILABLE",
  body: { readonly _tag: string; readonly message: string; readonly retryAfterSeconds?: number },
): APIError => {
  const { retryAfterSeconds } = body;
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": `${retryAfterSeconds}` };
  return new APIError(code, { code, ...body }, headers);
};

/** The answer that better-auth gives for such an error. */
export const toResponse = ({ body, headers, statusCode }: APIError): Response =>
  Response.json(body, { status: statusCode, headers });
