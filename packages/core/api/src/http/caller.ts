import { operator } from "@executor/sdk/schemas";
import type { Actor } from "@executor/sdk/schemas";
import { Context } from "effect";

/** The maker of the current request. Where an app tells nobody apart, everybody is its operator. */
export class Caller extends Context.Reference<Caller>()("@executor/api/Caller", {
  defaultValue: (): {
    /** Owns the executions that the request starts. */
    readonly owner: Actor;
    /** Answers questions of executions. */
    readonly answersAs: Actor;
  } => ({ owner: operator, answersAs: operator }),
}) {}
