import { Effect, Option } from "effect";
import type { GraphQLSchema } from "graphql";
import type { NamedSchema } from "./read-schema.ts";

/** Schemas that stay in memory. GitHub's, the largest known, takes about 10 MB. */
const capacity = 8;

/** The schemas that this process has read. Selections are checked against them before they are sent. */
export interface SchemaMemory {
  readonly remember: (named: NamedSchema) => void;
  /** The schema of that name, otherwise the result of `read`. `none` if that fails; it is not tried a second time. */
  readonly find: <E, R>(
    name: string,
    read: Effect.Effect<NamedSchema, E, R>,
  ) => Effect.Effect<Option.Option<GraphQLSchema>, never, R>;
}

interface Entry {
  /** Held by the fiber that reads the schema, while others wait. */
  readonly reading: Effect.Semaphore;
  schema: Option.Option<GraphQLSchema> | undefined;
}

export const makeSchemaMemory = (): SchemaMemory => {
  const known = new Map<string, Entry>();

  const entryOf = (name: string): Entry => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const entry = { reading: Effect.unsafeMakeSemaphore(1), schema: undefined };
    known.set(name, entry);
    const [oldest] = known.keys();
    if (known.size > capacity && oldest !== undefined) known.delete(oldest);
    return entry;
  };

  return {
    remember: ({ name, schema }) => {
      entryOf(name).schema = Option.some(schema);
    },
    find: (name, read) =>
      Effect.suspend(() => {
        const entry = entryOf(name);
        const schema = Effect.suspend(() =>
          entry.schema === undefined
            ? Effect.map(Effect.option(read), (named) => {
                entry.schema = Option.map(named, (found) => found.schema);
                return entry.schema;
              })
            : Effect.succeed(entry.schema),
        );
        return entry.schema === undefined ? entry.reading.withPermits(1)(schema) : schema;
      }),
  };
};
