/** Who starts executions and answers their questions: the operator, or one client under a name that no other client has. */
export type Actor =
  | { readonly _tag: "Operator" }
  | { readonly _tag: "Client"; readonly name: string };

/** The operator of the daemon or of an organization. Where an app tells nobody apart, everybody is the operator. */
export const operator: Actor = { _tag: "Operator" };

/** A client by its name, such as `mcp:` and the id of its session. */
export const client = (name: string): Actor => ({ _tag: "Client", name });

/** Whether `actor` may answer questions of an execution that `owner` started: the operator of every one, a client of its own. */
export const mayAnswerFor = (actor: Actor, owner: Actor): boolean =>
  actor._tag === "Operator" || (owner._tag === "Client" && owner.name === actor.name);
