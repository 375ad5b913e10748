import { Effect, Option } from "effect";
import type { GraphQLSchema } from "graphql";
import type { NamedSchema } from "./read-schema.ts";

/** Schemas that stay in memory. GitHub's, the largest known, takes about 10 MB. */
const capacity = 8;

/** The schemas that this process has read, so that selections can be checked before they are sent. */
export interface SchemaMemory {
  readonly remember: (named: NamedSchema) => void;
  /** The schema of that name, or else what `read` brings; `none` where that fails, and it is not tried again. */
  readonly find: <E, R>(
    name: string,
    read: Effect.Effect<NamedSchema, E, R>,
  ) => Effect.Effect<Option.Option<GraphQLSchema>, never, R>;
}

interface Entry {
  /** Whoever reads the schema; others wait for it. */
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
          entry.schema === undefined ? readInto(entry, read) : Effect.succeed(entry.schema),
        );
        return entry.schema === undefined ? entry.reading.withPermits(1)(schema) : schema;
      }),
  };
};

const readInto = <E, R>(entry: Entry, read: Effect.Effect<NamedSchema, E, R>) =>
  Effect.map(Effect.option(read), (named) => {
    const schema = Option.map(named, (found) => found.schema);
    entry.schema = schema;
    return schema;
  });
