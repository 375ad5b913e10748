import { SecretKey, SecretKeyError } from "@executor/sdk";
import { Effect, Either, Encoding, Layer } from "effect";

const advice =
  "Give 32 bytes in base64 as the secret EXECUTOR_SECRET_KEY, such as: openssl rand -base64 32";

/** The key of `EXECUTOR_SECRET_KEY`: 32 bytes in base64, for all organizations. */
export const secretKeyLayer = (text: string | undefined): Layer.Layer<SecretKey, SecretKeyError> =>
  Layer.effect(
    SecretKey,
    Either.match(Encoding.decodeBase64(text?.trim() ?? ""), {
      onLeft: () => new SecretKeyError({ message: `EXECUTOR_SECRET_KEY is not base64. ${advice}` }),
      onRight: (bytes) =>
        Effect.mapError(
          SecretKey.fromBytes(new Uint8Array(bytes)),
          ({ message }) =>
            new SecretKeyError({ message: `EXECUTOR_SECRET_KEY is no key. ${message} ${advice}` }),
        ),
    }),
  );
