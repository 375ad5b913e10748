import * as SqlClient from "@effect/sql/SqlClient";
import { Context, Effect, Layer, PubSub, Schema, Stream } from "effect";
import { shorten } from "../model/shorten.ts";
import { bySpecificity, Policy, PolicyPattern, repeatedPattern } from "../model/policy.ts";
import {
  InvalidToolkit,
  type NewToolkit,
  Toolkit,
  type ToolkitEdit,
  ToolkitName,
  ToolkitNotFound,
  ToolkitUnavailable,
} from "./toolkit.ts";
import { type Scope, ToolScope } from "./tool-scope.ts";

const maxToolkits = 100;

/** Named subsets of the tools. A change holds from the next call on, of executions under way too. */
export class Toolkits extends Context.Tag("@executor/sdk/Toolkits")<
  Toolkits,
  {
    /** In order of their names. */
    readonly list: Effect.Effect<ReadonlyArray<Toolkit>>;
    readonly get: (name: string) => Effect.Effect<Toolkit, ToolkitNotFound>;
    readonly add: (
      toolkit: NewToolkit,
    ) => Effect.Effect<Toolkit, ToolkitUnavailable | InvalidToolkit>;
    readonly edit: (
      name: string,
      edit: ToolkitEdit,
    ) => Effect.Effect<Toolkit, ToolkitNotFound | InvalidToolkit>;
    readonly remove: (name: string) => Effect.Effect<void, ToolkitNotFound>;
    /** Runs an effect for which no other tools than the toolkit's exist; without a name, runs it as it is. */
    readonly within: (
      name: string | undefined,
    ) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ToolkitNotFound, R>;
    /** Emits whenever a toolkit was added, edited or removed. */
    readonly changes: Stream.Stream<void>;
  }
>() {
  static readonly layer = Layer.suspend(() => Layer.effect(Toolkits, make));
}

/** A toolkit from when it was added until it is removed. One that is added later under its name is another. */
interface Kept {
  toolkit: Toolkit;
}

const Row = Schema.Struct({
  name: ToolkitName,
  description: Schema.String,
  tools: Schema.parseJson(Schema.Array(PolicyPattern)),
  policies: Schema.parseJson(Schema.Array(Policy)),
  list_tools: Schema.transform(Schema.Number, Schema.Boolean, {
    strict: true,
    decode: (stored) => stored !== 0,
    encode: (listTools) => (listTools ? 1 : 0),
  }),
});
const decodeRows = Schema.decodeUnknown(Schema.Array(Row));
const encodeRow = Schema.encode(Row);

const toToolkit = ({ list_tools: listTools, ...row }: typeof Row.Type): Toolkit =>
  new Toolkit({ ...row, listTools });

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const stored = yield* sql`SELECT * FROM toolkits`.pipe(Effect.flatMap(decodeRows), Effect.orDie);
  const toolkits = new Map<string, Kept>();
  for (const row of stored) toolkits.set(row.name, { toolkit: toToolkit(row) });
  const changed = yield* PubSub.sliding<void>(1);
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1);

  const find = (name: string): Effect.Effect<Kept, ToolkitNotFound> =>
    Effect.suspend(() => {
      const kept = toolkits.get(name);
      return kept === undefined ? notFound(name) : Effect.succeed(kept);
    });

  const get = (name: string) => Effect.map(find(name), ({ toolkit }) => toolkit);

  /** Stores a change and lets it take effect, even where the client that asked for it disconnects. */
  const commit = (change: Effect.Effect<unknown, unknown>, apply: () => unknown) =>
    change.pipe(
      Effect.orDie,
      Effect.tap(() => Effect.sync(apply)),
      Effect.zipRight(PubSub.publish(changed, undefined)),
      Effect.uninterruptible,
    );

  const put = (toolkit: Toolkit) => {
    const { listTools, ...rest } = toolkit;
    const storing = Effect.flatMap(
      encodeRow({ ...rest, list_tools: listTools }),
      (row) => sql`INSERT INTO toolkits ${sql.insert(row)} ON CONFLICT (name) DO UPDATE SET
        description = excluded.description, tools = excluded.tools,
        policies = excluded.policies, list_tools = excluded.list_tools`,
    );
    return Effect.as(
      commit(storing, () => {
        const kept = toolkits.get(toolkit.name);
        if (kept === undefined) toolkits.set(toolkit.name, { toolkit });
        else kept.toolkit = toolkit;
      }),
      toolkit,
    );
  };

  const add = Effect.fn("Toolkits.add")(function* (given: NewToolkit) {
    const toolkit = yield* consistent(new Toolkit(given));
    const problem = toolkits.has(given.name)
      ? `There is a toolkit ${given.name} already. Edit it, or choose another name.`
      : toolkits.size >= maxToolkits
        ? `There are ${maxToolkits} toolkits, as many as there may be. Remove one first.`
        : undefined;
    if (problem !== undefined) return yield* new ToolkitUnavailable({ message: problem });
    return yield* put(toolkit);
  }, oneAtATime);

  const edit = Effect.fn("Toolkits.edit")(function* (name: string, given: ToolkitEdit) {
    return yield* put(yield* consistent(new Toolkit({ ...(yield* get(name)), ...given })));
  }, oneAtATime);

  const remove = Effect.fn("Toolkits.remove")(function* (name: string) {
    yield* get(name);
    yield* commit(sql`DELETE FROM toolkits WHERE name = ${name}`, () => toolkits.delete(name));
  }, oneAtATime);

  const within =
    (name: string | undefined) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | ToolkitNotFound, R> =>
      name === undefined
        ? effect
        : Effect.flatMap(find(name), (kept) => {
            const { name: known } = kept.toolkit;
            const current = () => (toolkits.get(known) === kept ? kept.toolkit : undefined);
            const scope: Scope = { _tag: "Toolkit", name: known, current };
            return Effect.provideService(effect, ToolScope, scope);
          });

  return {
    list: Effect.sync(() => [...toolkits.values()].map(({ toolkit }) => toolkit).toSorted(byName)),
    get,
    add,
    edit,
    remove,
    within,
    changes: Stream.fromPubSub(changed),
  };
});

const byName = (left: Toolkit, right: Toolkit): number => (left.name < right.name ? -1 : 1);

const consistent = (toolkit: Toolkit): Effect.Effect<Toolkit, InvalidToolkit> => {
  const repeated = repeatedPattern(toolkit.policies);
  return repeated === undefined
    ? Effect.succeed(
        new Toolkit({ ...toolkit, policies: toolkit.policies.toSorted(bySpecificity) }),
      )
    : new InvalidToolkit({
        message: `The policies of ${toolkit.name} have the pattern ${repeated} more than once. Keep one of them.`,
      });
};

const maxShownName = 64;

const notFound = (name: string) =>
  new ToolkitNotFound({
    message: `There is no toolkit ${shorten(name, maxShownName)}. It was removed, or never added.`,
  });
