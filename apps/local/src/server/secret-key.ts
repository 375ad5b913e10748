import { rotateSecretKey, SecretKey, SecretKeyError } from "@executor/sdk";
import { Config, Effect, Encoding, Layer, Option, Redacted } from "effect";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownerOnly } from "./data-directory.ts";

const variable = "EXECUTOR_SECRET_KEY";
const fileName = "secret.key";
const newVariable = "EXECUTOR_NEW_SECRET_KEY";

const configured = Config.option(Config.redacted(variable));
const configuredNew = Config.option(Config.redacted(newVariable));

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
        onSome: (text) => fromVariable(variable, text),
      }),
    ),
  );

/**
 * Seals everything in the database anew, with the key in `EXECUTOR_NEW_SECRET_KEY`, or else with a random one for the key file. The
 * key file is replaced unless `EXECUTOR_SECRET_KEY` is set; then the operator must set that variable to the new key. If the process
 * ends on the way, the next start finds which of the two keys opens the database.
 */
export const rotateKey = (dataDirectory: string) =>
  Effect.gen(function* () {
    const given = Option.getOrUndefined(yield* configuredNew);
    const inVariable = Option.isSome(yield* configured);
    if (given === undefined && inVariable) {
      return yield* new SecretKeyError({
        message: `The current key is given as ${variable}, so give the new one too: as ${newVariable}, 32 bytes in base64, such as: openssl rand -base64 32`,
      });
    }
    const text =
      given === undefined
        ? Encoding.encodeBase64(yield* SecretKey.generate)
        : Redacted.value(given).trim();
    const key = yield* fromVariable(newVariable, Redacted.make(text));
    const file = join(dataDirectory, fileName);
    const next = nextOf(file);
    if (!inVariable) yield* withFile(next, "written", () => writeWhole(next, `${text}\n`));
    const rotation = yield* rotateSecretKey(key);
    if (!inVariable) yield* withFile(file, "written", () => renameSync(next, file));
    return { ...rotation, inVariable };
  });

const fromVariable = (name: string, text: Redacted.Redacted) =>
  readKey(
    Redacted.value(text),
    (problem) =>
      `${name} is no encryption key. ${problem} Give 32 bytes in base64, such as: openssl rand -base64 32`,
  );

/** The new key of a rotation that is under way, or was when the process ended. */
const nextOf = (file: string): string => `${file}.next`;

/** Ends a rotation that was interrupted: keeps the key that opens the database. */
const endRotation = (file: string) =>
  Effect.gen(function* () {
    const next = nextOf(file);
    if (!existsSync(next)) return;
    const text = yield* withFile(next, "read", () => readFileSync(next, "utf8"));
    const key = yield* Effect.option(SecretKey.fromBase64(text));
    const isNew =
      Option.isSome(key) && (yield* SecretKey.isInUse) && (yield* SecretKey.opens(key.value));
    yield* withFile(next, "replaced", () => (isNew ? renameSync(next, file) : rmSync(next)));
  });

const fromFile = (file: string) =>
  Effect.gen(function* () {
    yield* endRotation(file);
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
