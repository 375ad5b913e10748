import { SqlClient } from "@effect/sql";
import { Context, Effect, Layer, Schema } from "effect";
import { bySpecificity, covers } from "./policy-match.ts";
import { defaultPolicy, InvalidPolicies, Policy } from "./policy.ts";
import type { PolicyDecision } from "./policy.ts";
import type { ToolAnnotations } from "../model/tool.ts";

const maxPolicies = 1_000;

/** How many addresses' decisions stay in memory. */
const capacity = 10_000;

const decodePolicies = Schema.decodeUnknown(Schema.Array(Policy));

/** What operators decided about tools. Changes hold from the next call on. */
export class Policies extends Context.Tag("@executor/sdk/Policies")<
  Policies,
  {
    /** Of two policies that cover one tool, the one that decides comes first. */
    readonly list: Effect.Effect<ReadonlyArray<Policy>>;
    /** Puts these policies in the place of all that there are. A pattern may stand once, and need not match any tool yet. */
    readonly replace: (
      policies: ReadonlyArray<Policy>,
    ) => Effect.Effect<ReadonlyArray<Policy>, InvalidPolicies>;
    /** The most specific policy that covers the tool decides; without one, its annotations do ({@link defaultPolicy}). */
    readonly decide: (
      address: string,
      annotations: ToolAnnotations,
    ) => Effect.Effect<PolicyDecision>;
  }
>() {
  static readonly layer = Layer.effect(
    Policies,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const stored = yield* sql`SELECT pattern, decision FROM policies`.pipe(
    Effect.flatMap(decodePolicies),
    Effect.orDie,
  );
  let policies = stored.toSorted(bySpecificity);
  /** By address; `undefined` where no policy covers it. */
  const known = new Map<string, PolicyDecision | undefined>();

  const decisionFor = (address: string): PolicyDecision | undefined => {
    if (known.has(address)) return known.get(address);
    const decision = policies.find(({ pattern }) => covers(pattern, address))?.decision;
    if (known.size >= capacity) known.clear();
    known.set(address, decision);
    return decision;
  };

  const replace = Effect.fn("Policies.replace")(function* (next: ReadonlyArray<Policy>) {
    const problem = problemOf(next);
    if (problem !== undefined) return yield* new InvalidPolicies({ message: problem });
    const sorted = next.toSorted(bySpecificity);
    yield* sql
      .withTransaction(
        Effect.gen(function* () {
          yield* sql`DELETE FROM policies`;
          if (sorted.length === 0) return;
          yield* sql`INSERT INTO policies ${sql.insert(
            sorted.map(({ pattern, decision }) => ({ pattern, decision })),
          )}`;
        }),
      )
      .pipe(
        Effect.orDie,
        Effect.tap(() => {
          policies = sorted;
          known.clear();
        }),
        // A client that goes away must not leave what is stored and what holds apart.
        Effect.uninterruptible,
      );
    return sorted;
  });

  return {
    list: Effect.sync(() => policies),
    replace,
    decide: (address: string, annotations: ToolAnnotations) =>
      Effect.sync(() => decisionFor(address) ?? defaultPolicy(annotations)),
  };
});

const problemOf = (policies: ReadonlyArray<Policy>): string | undefined => {
  if (policies.length > maxPolicies) {
    return `There are ${policies.length} policies, and ${maxPolicies} are allowed. Cover more tools with each pattern.`;
  }
  const seen = new Set<string>();
  for (const { pattern } of policies) {
    if (seen.has(pattern)) {
      return `The pattern ${pattern} stands more than once. Keep the one that is meant.`;
    }
    seen.add(pattern);
  }
  return undefined;
};
