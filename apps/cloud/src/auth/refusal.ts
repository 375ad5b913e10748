import { apiError } from "@executor/sdk/schemas";
import { Forbidden } from "@executor/api";
import { Schema } from "effect";

/** The request has no valid credentials: no key and no session, or expired ones. */
export class Unauthorized extends apiError<Unauthorized>()("Unauthorized", 401) {}

/** The API has no endpoint at the request's method and path. */
export class EndpointNotFound extends apiError<EndpointNotFound>()("EndpointNotFound", 404) {}

const encode = Schema.encodeSync(Schema.Union(Unauthorized, Forbidden));

/** The Worker's answer to a request that it does not forward. */
export interface Refusal {
  readonly outcome: "unauthorized" | "forbidden";
  readonly response: Response;
}

export const isRefusal = (value: object): value is Refusal => "outcome" in value;

/** Refuses a request that has no valid credentials (RFC 9110, section 15.5.2). */
export const unauthorized = (message: string): Refusal => ({
  outcome: "unauthorized",
  response: Response.json(encode(new Unauthorized({ message })), {
    status: 401,
    headers: { "www-authenticate": 'Bearer realm="executor"' },
  }),
});

/** Refuses a request whose credentials are valid and do not suffice (RFC 9110, section 15.5.4). */
export const forbidden = (message: string): Refusal => ({
  outcome: "forbidden",
  response: Response.json(encode(new Forbidden({ message })), { status: 403 }),
});
