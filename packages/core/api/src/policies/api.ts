import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform";
import { InvalidPolicies, Policy } from "@executor/sdk/schemas";
import { Schema } from "effect";

/** A misspelt field is refused, so that no part of a policy is silently ignored. */
const NewPolicies = Schema.Array(Policy).annotations({
  parseOptions: { onExcessProperty: "error" },
});

export class PoliciesApi extends HttpApiGroup.make("policies")
  .add(
    HttpApiEndpoint.get("list", "/policies")
      .addSuccess(Schema.Array(Policy))
      .annotate(
        OpenApi.Description,
        "All policies. Of two that cover one tool, the one that decides comes first.",
      ),
  )
  .add(
    HttpApiEndpoint.put("replace", "/policies")
      .setPayload(NewPolicies)
      .addSuccess(Schema.Array(Policy))
      .addError(InvalidPolicies)
      .annotate(
        OpenApi.Description,
        "Puts this list in the place of all policies. They hold from the next call on.",
      ),
  )
  .annotate(OpenApi.Title, "Policies")
  .annotate(
    OpenApi.Description,
    "Which tools may be called, which need a person's approval, and which are blocked.",
  ) {}
