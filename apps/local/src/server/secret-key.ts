import { SecretKey, SecretKeyError } from "@executor/sdk";
import { Config, Effect, Encoding, Layer, Option, Redacted } from "effect";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const variable = "EXECUTOR_SECRET_KEY";
const fileName = "secret.key";
const ownerOnly = 0o600;

const configured = Config.option(Config.redacted(variable));

/**
 * Encryption key from `EXECUTOR_SECRET_KEY`, else from the file `secret.key` in the data directory, which the first start makes:
 * 32 bytes in base64. A database that was written with another key gets no new one.
 */
export const secretKeyLayer = (dataDirectory: string) =>
  Layer.effect(
    SecretKey,
    Effect.flatMap(
      configured,
      Option.match({
        onNone: () => fromFile(join(dataDirectory, fileName)),
        onSome: (text) =>
          readKey(
            Redacted.value(text),
            (problem) =>
              `${variable} is no encryption key. ${problem} Give 32 bytes in base64, such as: openssl rand -base64 32`,
          ),
      }),
    ),
  );

const fromFile = (file: string) =>
  Effect.gen(function* () {
    if (existsSync(file)) {
      const text = yield* withFile(file, "read", () => readFileSync(file, "utf8"));
      return yield* readKey(
        text,
        (problem) =>
          `The key file ${file} is damaged. ${problem} Put back the one that the database was written with, or give it as ${variable}.`,
      );
    }
    if (yield* SecretKey.isInUse) {
      return yield* new SecretKeyError({
        message: `The key file ${file} is missing, and the database holds values that only its key opens. Put it back, or give the key as ${variable}. Without it, move the database away to start with an empty one.`,
      });
    }
    const bytes = yield* SecretKey.generate;
    yield* withFile(file, "written", () => writeWhole(file, `${Encoding.encodeBase64(bytes)}\n`));
    return yield* SecretKey.fromBytes(bytes);
  });

const readKey = (text: string, explain: (problem: string) => string) =>
  Effect.mapError(
    SecretKey.fromBase64(text),
    ({ message }) => new SecretKeyError({ message: explain(message) }),
  );

const withFile = <A>(file: string, done: string, use: () => A) =>
  Effect.try({
    try: use,
    catch: (error) =>
      new SecretKeyError({
        message: `The key file ${file} cannot be ${done}: ${error instanceof Error ? error.message : String(error)}. Check the rights on it and on its directory.`,
      }),
  });

/** Writes the whole file to the disk before anything is encrypted with the key. */
const writeWhole = (file: string, text: string): void => {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, text, { mode: ownerOnly, flush: true });
  renameSync(unfinished, file);
};
