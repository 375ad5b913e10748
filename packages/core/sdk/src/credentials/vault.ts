import * as SqlClient from "@effect/sql/SqlClient";
import { Context, Effect, Either, Encoding, Layer, Schema } from "effect";

/** The key is not usable, or not the one that the database was written with. The message says what to do. */
export class SecretKeyError extends Schema.TaggedError<SecretKeyError>()("SecretKeyError", {
  message: Schema.String,
}) {}

const keyBytes = 32;

/** Key that encrypts secrets and sources' settings at rest: AES-GCM with 256 bits. The app provides it. */
export class SecretKey extends Context.Tag("@executor/sdk/SecretKey")<SecretKey, CryptoKey>() {
  /** Makes a key from 32 bytes; it cannot be read back. */
  static readonly fromBytes = (
    bytes: Uint8Array<ArrayBuffer>,
  ): Effect.Effect<CryptoKey, SecretKeyError> =>
    bytes.byteLength === keyBytes
      ? Effect.promise(() =>
          crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
        )
      : Effect.fail(
          new SecretKeyError({
            message: `It has ${bytes.byteLength} bytes, but an encryption key has ${keyBytes}.`,
          }),
        );

  /** Makes a key from 32 bytes in base64, with or without white space around them. */
  static readonly fromBase64 = (text: string): Effect.Effect<CryptoKey, SecretKeyError> =>
    Either.match(Encoding.decodeBase64(text.trim()), {
      onLeft: () => Effect.fail(new SecretKeyError({ message: "It is not base64." })),
      onRight: (bytes) => SecretKey.fromBytes(new Uint8Array(bytes)),
    });

  /** Makes random bytes for a key. */
  static readonly generate: Effect.Effect<Uint8Array<ArrayBuffer>> = Effect.sync(() =>
    crypto.getRandomValues(new Uint8Array(keyBytes)),
  );

  /** Whether the database holds something that only its own key opens, so that a new key would be useless. */
  static readonly isInUse: Effect.Effect<boolean, never, SqlClient.SqlClient> = Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => Effect.map(sql`SELECT id FROM key_check`, (rows) => rows.length > 0),
  ).pipe(Effect.orDie);

  /** Whether the database was written with this key; `true` for a database that has nothing sealed yet. */
  static readonly opens = (key: CryptoKey): Effect.Effect<boolean, never, SqlClient.SqlClient> =>
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      Effect.flatMap(sql<{ sealed: string }>`SELECT sealed FROM key_check`, ([check]) =>
        check === undefined
          ? Effect.succeed(true)
          : Effect.promise(() =>
              decrypt(key, check.sealed, checkSubject).then(
                () => true,
                () => false,
              ),
            ),
      ),
    ).pipe(Effect.orDie);

  /** A random key, for databases that are thrown away. */
  static readonly layerTest: Layer.Layer<SecretKey> = Layer.effect(
    SecretKey,
    Effect.flatMap(SecretKey.generate, (bytes) => Effect.orDie(SecretKey.fromBytes(bytes))),
  );
}

/** Encrypts texts that nobody may read in the database: AES-256-GCM with the app's key and a new nonce for each text. */
export class Vault extends Context.Tag("@executor/sdk/Vault")<
  Vault,
  {
    /** Gives nonce and ciphertext in base64. `subject` names the owner of the text, which opens only with the same subject. */
    readonly seal: (text: string, subject: string) => Effect.Effect<string>;
    /** Dies if the text was not sealed with this key and subject, or was changed since. */
    readonly open: (sealed: string, subject: string) => Effect.Effect<string>;
  }
>() {
  /** Fails if the database was written with another key. */
  static readonly layer = Layer.effect(
    Vault,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const key = yield* SecretKey;
  const seal = (text: string, subject: string) => sealWith(key, text, subject);
  const tryOpen = (sealed: string, subject: string) =>
    Effect.tryPromise(() => decrypt(key, sealed, subject));

  const [check] = yield* Effect.orDie(sql<{ sealed: string }>`SELECT sealed FROM key_check`);
  if (check === undefined) {
    yield* Effect.orDie(sealClearSettings(sql, seal));
    const sealed = yield* seal("", checkSubject);
    yield* Effect.orDie(sql`INSERT INTO key_check ${sql.insert({ id: 1, sealed })}`);
  } else {
    yield* Effect.mapError(tryOpen(check.sealed, checkSubject), () => wrongKey);
  }

  return {
    seal,
    open: (sealed: string, subject: string) =>
      tryOpen(sealed, subject).pipe(
        Effect.mapError(() => damaged(subject)),
        Effect.orDie,
      ),
  };
});

/**
 * Seals settings that an older version stored in clear, and keeps no clear text. A new database has no sources yet; one of an older version has at least the built-in source.
 */
const sealClearSettings = (
  sql: SqlClient.SqlClient,
  seal: (text: string, subject: string) => Effect.Effect<string>,
) =>
  Effect.gen(function* () {
    const stored = yield* sql<{
      namespace: string;
      settings: string;
    }>`SELECT namespace, settings FROM sources`;
    if (stored.length === 0) return;
    for (const { namespace, settings } of stored) {
      if (!settings.startsWith("{")) continue;
      const sealed = yield* seal(settings, settingsSubject(namespace));
      yield* sql`UPDATE sources SET settings = ${sealed} WHERE namespace = ${namespace}`;
    }
    yield* rewriteDatabase(sql);
  });

/** Rewrites the database, so that neither its free pages nor its log keep what was replaced. */
export const rewriteDatabase = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(sql.unsafe("VACUUM"), sql.unsafe("PRAGMA wal_checkpoint(TRUNCATE)"));

/** Seals a text with a key; see {@link Vault}. */
export const sealWith = (key: CryptoKey, text: string, subject: string): Effect.Effect<string> =>
  Effect.promise(() => encrypt(key, text, subject));

/** Subject of a source's settings. */
export const settingsSubject = (namespace: string): string => `source ${namespace}`;

/** Subject of the text that tells whether a key is the database's own. */
export const checkSubject = "key check";

const wrongKey = new SecretKeyError({
  message:
    "The encryption key is not the one that the database was written with. Restore that key, or move the database away to start with an empty one.",
});

const damaged = (subject: string) =>
  new SecretKeyError({
    message: `The encrypted data of ${subject} in the database is damaged. Restore it from a backup, or add it again.`,
  });

/** NIST SP 800-38D, section 8.2: 96 random bits. */
const nonceBytes = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const algorithm = (nonce: Uint8Array<ArrayBuffer>, subject: string) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: encoder.encode(subject),
});

const encrypt = async (key: CryptoKey, text: string, subject: string): Promise<string> => {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const ciphertext = await crypto.subtle.encrypt(
    algorithm(nonce, subject),
    key,
    encoder.encode(text),
  );
  const whole = new Uint8Array(nonceBytes + ciphertext.byteLength);
  whole.set(nonce);
  whole.set(new Uint8Array(ciphertext), nonceBytes);
  return Encoding.encodeBase64(whole);
};

const decrypt = async (key: CryptoKey, sealed: string, subject: string): Promise<string> => {
  const whole = new Uint8Array(Either.getOrThrow(Encoding.decodeBase64(sealed)));
  const nonce = whole.slice(0, nonceBytes);
  return decoder.decode(
    await crypto.subtle.decrypt(algorithm(nonce, subject), key, whole.slice(nonceBytes)),
  );
};
