import type { DurableObjectStorage as DatabaseStorage } from "@executor/storage/durable-object";

/** Names one object of a class. */
export interface DurableObjectId {
  readonly name?: string;
  readonly equals: (other: DurableObjectId) => boolean;
}

/** What is used of a Durable Object's storage. */
export interface ObjectStorage extends DatabaseStorage {
  readonly sql: DatabaseStorage["sql"] & { readonly databaseSize: number };
  readonly getAlarm: () => Promise<number | null>;
  readonly deleteAlarm: () => Promise<void>;
  /** `time` in Unix milliseconds. */
  readonly setAlarm: (time: number) => Promise<void>;
}

/** What is used of a Durable Object's state. */
export interface DurableObjectState {
  readonly id: DurableObjectId;
  readonly storage: ObjectStorage;
  readonly blockConcurrencyWhile: <A>(run: () => Promise<A>) => Promise<A>;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  readonly abort: (reason?: string) => never;
}

export interface DurableObjectNamespace {
  readonly idFromName: (name: string) => DurableObjectId;
  readonly get: (id: DurableObjectId) => {
    readonly fetch: (request: Request) => Promise<Response>;
  };
}
