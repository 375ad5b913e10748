import * as SqlClient from "@effect/sql/SqlClient";
import { Context, Effect, Layer, Schema } from "effect";
import { makeCache } from "../cache.ts";
import {
  bySpecificity,
  covers,
  InvalidPolicies,
  Policy,
  type PolicyDecision,
  repeatedPattern,
} from "../model/policy.ts";
import type { ToolAnnotations } from "../model/tool.ts";
import { scopedDecision, ToolScope } from "../toolkits/tool-scope.ts";

const maxPolicies = 1_000;

/** Addresses whose decisions stay in memory. */
const capacity = 10_000;

const decodePolicies = Schema.decodeUnknown(Schema.Array(Policy));

/** Operators' decisions about tools. Changes hold from the next call on. */
export class Policies extends Context.Tag("@executor/sdk/Policies")<
  Policies,
  {
    /** Of two policies that cover one tool, the one that decides comes first. */
    readonly list: Effect.Effect<ReadonlyArray<Policy>>;
    /** Replaces all policies. Each pattern is allowed once, and need not cover any tool yet. */
    readonly replace: (
      policies: ReadonlyArray<Policy>,
    ) => Effect.Effect<ReadonlyArray<Policy>, InvalidPolicies>;
    /**
     * The most specific policy that covers the tool decides; without one, reads run and everything else needs approval. Within a
     * toolkit its own policies come first, but no tool is called that a policy of all blocks.
     */
    readonly decide: (
      address: string,
      annotations: ToolAnnotations,
    ) => Effect.Effect<PolicyDecision>;
  }
>() {
  static readonly layer = Layer.suspend(() => Layer.effect(Policies, make));
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const stored = yield* sql`SELECT pattern, decision FROM policies`.pipe(
    Effect.flatMap(decodePolicies),
    Effect.orDie,
  );
  let policies = stored.toSorted(bySpecificity);
  let version = 0;
  const decisionFor = yield* makeCache({
    capacity,
    version: () => version,
    lookup: (address: string) =>
      Effect.sync(() => policies.find(({ pattern }) => covers(pattern, address))?.decision),
  });

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
          version += 1;
        }),
        // A client that disconnects must not leave the stored policies and the current ones different.
        Effect.uninterruptible,
      );
    return sorted;
  });

  return {
    list: Effect.sync(() => policies),
    replace,
    decide: (address: string, annotations: ToolAnnotations) =>
      Effect.zipWith(decisionFor(address), ToolScope, (general, scope) =>
        general === "block"
          ? general
          : (scopedDecision(scope, address) ?? general ?? defaultDecision(annotations)),
      ),
  };
});

const defaultDecision = ({
  destructive,
  readOnly,
  requiresApproval,
}: ToolAnnotations): PolicyDecision =>
  requiresApproval || destructive || !readOnly ? "approve" : "allow";

const problemOf = (policies: ReadonlyArray<Policy>): string | undefined => {
  if (policies.length > maxPolicies) {
    return `There are ${policies.length} policies, and ${maxPolicies} are allowed. Cover more tools with each pattern.`;
  }
  const repeated = repeatedPattern(policies);
  return repeated === undefined
    ? undefined
    : `The pattern ${repeated} is given more than once. Keep one of them.`;
};
