import { Context } from "effect";

const operator = "operator";

/** Who makes the current request. Where an app tells nobody apart, everybody is its operator. */
export class Caller extends Context.Reference<Caller>()("@executor/api/Caller", {
  defaultValue: (): {
    /** Owns the executions that the request starts. */
    readonly owner: string;
    /** As whom it answers questions of executions; `operator` may answer for every one. */
    readonly answersAs: string;
  } => ({ owner: operator, answersAs: operator }),
}) {}
