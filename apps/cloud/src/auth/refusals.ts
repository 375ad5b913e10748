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

/** Refuses one more organization than an account may own: 403 `TooManyOrganizations`. */
export const tooManyOrganizations = (max: number): APIError =>
  refusal("FORBIDDEN", {
    _tag: "TooManyOrganizations",
    message: `An account may own ${max} organizations. Delete one, or use another account.`,
  });

/** A refusal with the fields of the API's own errors and with better-auth's `code`. */
const refusal = (
  code: "FORBIDDEN" | "PAYLOAD_TOO_LARGE" | "TOO_MANY_REQUESTS" | "SERVICE_UNAVAILABLE",
  body: { readonly _tag: string; readonly message: string; readonly retryAfterSeconds?: number },
): APIError => {
  const { retryAfterSeconds } = body;
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": `${retryAfterSeconds}` };
  return new APIError(code, { code, ...body }, headers);
};

/** The answer that better-auth gives for such an error. */
export const toResponse = ({ body, headers, statusCode }: APIError): Response =>
  Response.json(body, { status: statusCode, headers });
