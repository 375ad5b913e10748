import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "@effect/platform";
import { Caller, Forbidden } from "@executor/api";
import { Schema } from "effect";
import { EndpointNotFound, Unauthorized } from "./auth-errors.ts";

/** better-auth's cookie where it is not sent over https; with https its name begins with `__Secure-`. */
const sessionCookie = "better-auth.session_token";

/**
 * Stands in front of every endpoint of an organization: lets in who belongs to the organization and has the permission that the
 * endpoint needs.
 *
 * @effect-expect-leaking HttpServerRequest | ParsedSearchParams | RouteContext
 */
export class OrgAuth extends HttpApiMiddleware.Tag<OrgAuth>()("@executor/cloud/OrgAuth", {
  provides: Caller,
  failure: Schema.Union(Unauthorized, Forbidden, EndpointNotFound),
  security: {
    key: HttpApiSecurity.annotate(
      HttpApiSecurity.bearer,
      OpenApi.Description,
      "An organization's API key. POST /api/keys makes one.",
    ),
    session: HttpApiSecurity.annotate(
      HttpApiSecurity.apiKey({ in: "cookie", key: sessionCookie }),
      OpenApi.Description,
      "A person's session; the header Executor-Organization names the organization where the person has several.",
    ),
  },
}) {}
