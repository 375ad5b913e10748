/** Shapes and errors, without the services: for API contracts and clients. */
export * from "./approvals/elicitation.ts";
export * from "./model/actor.ts";
export * from "./model/api-error.ts";
export * from "./model/description.ts";
export * from "./model/exact-integers.ts";
export * from "./model/source.ts";
export * from "./model/source-state.ts";
export * from "./model/source-edit.ts";
export * from "./model/json.ts";
export { isTooDeep, tooDeep } from "./model/json-depth.ts";
export * from "./model/policy.ts";
export { isCredentialName } from "./credentials/credential-name.ts";
export {
  argumentCredentials,
  credentialsWithin,
  queryCredentials,
} from "./credentials/literal-credentials.ts";
export * from "./credentials/secret.ts";
export * from "./model/tool.ts";
export * from "./model/refreshed-source.ts";
export * from "./model/source-review.ts";
export * from "./toolkits/toolkit.ts";
