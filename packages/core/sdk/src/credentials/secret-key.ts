import { SqlClient } from "@effect/sql";
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

  /** A random key, for databases that are thrown away. */
  static readonly layerTest: Layer.Layer<SecretKey> = Layer.effect(
    SecretKey,
    Effect.flatMap(SecretKey.generate, (bytes) => Effect.orDie(SecretKey.fromBytes(bytes))),
  );
}
