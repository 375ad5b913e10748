import { Forbidden } from "@executor/api";
import { Schema } from "effect";
import { Unauthorized } from "./auth-errors.ts";

const encode = Schema.encodeSync(Schema.Union(Unauthorized, Forbidden));

/** The Worker lets a request no further. */
export interface Refusal {
  readonly outcome: "unauthorized" | "forbidden";
  readonly response: Response;
}

export const isRefusal = (value: object): value is Refusal => "outcome" in value;

/** Nobody can be told by the request (RFC 9110, section 15.5.2). */
export const unauthorized = (message: string): Refusal => ({
  outcome: "unauthorized",
  response: Response.json(encode(new Unauthorized({ message })), {
    status: 401,
    headers: { "www-authenticate": 'Bearer realm="executor"' },
  }),
});

/** Somebody is known, and may not (RFC 9110, section 15.5.4). */
export const forbidden = (message: string): Refusal => ({
  outcome: "forbidden",
  response: Response.json(encode(new Forbidden({ message })), { status: 403 }),
});
