import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Schema } from "effect";

const names = ["BETTER_AUTH_SECRET", "EXECUTOR_SECRET_KEY"];

const Secrets = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }));
const readSecrets = Schema.decodeUnknownSync(Secrets);

/** Secrets of a data directory, made at the first start: 32 random bytes each, in base64. */
export const localSecrets = async (dataDirectory: string): Promise<Record<string, string>> => {
  const path = join(dataDirectory, "secrets.json");
  if (existsSync(path)) return readSecrets(await Bun.file(path).text());
  const secrets = Object.fromEntries(
    names.map((name) => [name, crypto.getRandomValues(new Uint8Array(32)).toBase64()]),
  );
  await Bun.write(path, `${JSON.stringify(secrets)}\n`);
  chmodSync(path, 0o600);
  return secrets;
};
