import { Context, DateTime, Effect, Layer, PubSub, Redacted } from "effect";
import type { NewSecret } from "./secret.ts";
import type { SecretName } from "../model/secret-reference.ts";
import { secretRows } from "./secret-rows.ts";
import type { SecretRow } from "./secret-rows.ts";
import { Vault } from "./vault.ts";

/** A secret with its value, for use and never for showing. */
export interface StoredSecret {
  readonly value: Redacted.Redacted;
  readonly origins: ReadonlyArray<string>;
}

/** The secrets' values. Those in use stay in memory, so that a call costs no decryption. */
export class SecretStore extends Context.Tag("@executor/sdk/internal/SecretStore")<
  SecretStore,
  {
    readonly rows: Effect.Effect<ReadonlyArray<SecretRow>>;
    readonly find: (name: SecretName) => Effect.Effect<StoredSecret | undefined>;
    readonly put: (name: SecretName, secret: NewSecret) => Effect.Effect<SecretRow>;
    readonly remove: (name: string) => Effect.Effect<void>;
    /** The names of secrets that have another value or other origins, or are gone. */
    readonly changes: PubSub.PubSub<string>;
    /** Grows with every change. */
    readonly version: () => number;
  }
>() {
  static readonly layer = Layer.effect(
    SecretStore,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const rows = yield* secretRows;
  const vault = yield* Vault;
  const changes = yield* PubSub.unbounded<string>();
  const known = new Map<string, StoredSecret>();
  let version = 0;

  /** Once it is stored, nothing holds the old value: also where the client that asked for it goes away in between. */
  const applied = (name: string, change: Effect.Effect<unknown>) =>
    Effect.uninterruptible(
      Effect.flatMap(change, () => {
        version += 1;
        known.delete(name);
        return PubSub.publish(changes, name);
      }),
    );

  const read = Effect.fn("SecretStore.read")(function* (name: SecretName) {
    const readDuring = version;
    const row = yield* rows.find(name);
    if (row === undefined) return undefined;
    const { origins } = row;
    const value = Redacted.make(yield* vault.open(row.sealed, subject(name, origins)));
    const secret: StoredSecret = { value, origins };
    if (readDuring === version) known.set(name, secret);
    return secret;
  });

  const put = Effect.fn("SecretStore.put")(function* (name: SecretName, secret: NewSecret) {
    const origins = [...new Set(secret.origins)];
    const now = yield* DateTime.now;
    const created_at = (yield* rows.find(name))?.created_at ?? now;
    const sealed = yield* vault.seal(Redacted.value(secret.value), subject(name, origins));
    const row: SecretRow = { name, origins, sealed, created_at, updated_at: now };
    yield* applied(name, rows.put(row));
    return row;
  });

  return {
    rows: rows.all,
    find: (name: SecretName) =>
      Effect.suspend(() => {
        const hit = known.get(name);
        return hit === undefined ? read(name) : Effect.succeed(hit);
      }),
    put,
    remove: (name: string) => applied(name, rows.remove(name)),
    changes,
    version: () => version,
  };
});

/** A value opens only under its own name and with the origins it was put with: neither can be exchanged in the database. */
const subject = (name: string, origins: ReadonlyArray<string>): string =>
  `secret ${JSON.stringify([name, ...origins])}`;
