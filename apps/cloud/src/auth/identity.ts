import { Schema } from "effect";
import { Permission } from "./permission.ts";

/** Who makes a request, as the Worker found out: a person of an organization, or one of its keys. */
export class Identity extends Schema.Class<Identity>("Identity")({
  /** The organization's id. */
  organization: Schema.String,
  /** `user:` or `key:` and an id. */
  subject: Schema.String,
  permissions: Schema.Array(Permission),
  /** Whether it may answer for everybody's executions: the organization's owners and admins. */
  answersForAll: Schema.Boolean,
}) {}

/** Headers that begin with this are the Worker's own words to an organization's object, and never a client's. */
export const internalHeaderPrefix = "executor-internal-";

export const identityHeader = `${internalHeaderPrefix}identity`;

const Text = Schema.parseJson(Identity);

export const encodeIdentity = Schema.encodeSync(Text);

/** Identity in the text of {@link identityHeader}, if the text is one. */
export const decodeIdentity = Schema.decodeUnknownOption(Text);
