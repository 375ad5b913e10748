import { SqlClient } from "@effect/sql";
import { describe, expect, it } from "@effect/vitest";
import { layer as layerDatabase, layerMemory } from "@executor/storage/bun";
import { Effect, Exit, Layer } from "effect";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretKey, Vault } from "../../src/credentials/vault.ts";
import { Secrets } from "../../src/credentials/secrets.ts";
import { Sources } from "../../src/sources/sources.ts";
import { layerProbe, Probe, probeSource, putSecret, secretName } from "../support/probe.ts";

const keyOf = (byte: number) =>
  Layer.effect(SecretKey, Effect.orDie(SecretKey.fromBytes(new Uint8Array(32).fill(byte))));

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "executor-vault-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true })),
);

/** Every byte of the database's files as one text, in which any clear text is found. */
const bytesOf = (directory: string): string =>
  readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), "latin1"))
    .join("\n");

const value = "tok_0123456789";
const headers = { Authorization: { secret: secretName("token"), prefix: "Bearer " } };

describe("Vault", () => {
  it.effect("opens a sealed text, under the same subject only", () =>
    Effect.gen(function* () {
      const { open, seal } = yield* Vault;
      const sealed = yield* seal("text", "a");
      expect(sealed).not.toContain("text");
      expect(yield* seal("text", "a")).not.toBe(sealed);
      expect(yield* open(sealed, "a")).toBe("text");
      expect(Exit.isFailure(yield* Effect.exit(open(sealed, "b")))).toBe(true);
      const damaged = `${sealed.slice(0, -4)}${sealed.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
      expect(Exit.isFailure(yield* Effect.exit(open(damaged, "a")))).toBe(true);
      expect(Exit.isFailure(yield* Effect.exit(open("%", "a")))).toBe(true);
    }).pipe(
      Effect.provide(
        Vault.layer.pipe(Layer.provide(Layer.merge(layerMemory, SecretKey.layerTest))),
      ),
    ),
  );

  it.effect("refuses a key other than the one that the database was written with", () =>
    Effect.gen(function* () {
      expect(yield* SecretKey.isInUse).toBe(false);
      yield* Effect.provide(Vault, Vault.layer.pipe(Layer.provide(keyOf(1))));
      expect(yield* SecretKey.isInUse).toBe(true);
      const error = yield* Effect.flip(
        Effect.provide(Vault, Vault.layer.pipe(Layer.provide(keyOf(2)))),
      );
      expect(error.message).toContain("is not the one that the database was written with");
      yield* Effect.provide(Vault, Vault.layer.pipe(Layer.provide(keyOf(1))));
    }).pipe(Effect.provide(layerMemory)),
  );

  it.scoped(
    "leaves nothing in clear in the database's files, also after updates and removals",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory;
        const file = join(directory, "executor.db");
        const use = Effect.gen(function* () {
          const sources = yield* Sources;
          yield* putSecret("token", value);
          yield* sources.add(
            probeSource("kept", { headers: { ...headers, "X-Api-Key": "literal-credential" } }),
          );
          yield* sources.add(probeSource("gone", { headers: { "X-Token": "removed-credential" } }));
          yield* putSecret("token", "tok_replaced_value");
          yield* putSecret("unused", "tok_removed_value");
          yield* (yield* Secrets).remove("unused");
          yield* sources.remove("gone");
          return bytesOf(directory);
        });
        const open = Effect.provide(
          use,
          layerProbe.pipe(Layer.provide(keyOf(1)), Layer.provide(layerDatabase(file))),
        );
        for (const bytes of [yield* open, bytesOf(directory)]) {
          expect(bytes).toContain("CREATE TABLE secrets");
          expect(bytes).not.toMatch(/tok_|-credential/);
        }
      }),
  );

  it.scoped("seals settings that an older version stored in clear, and wipes the clear text", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory;
      const database = layerDatabase(join(directory, "executor.db"));
      const older = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient;
        yield* sql.unsafe("PRAGMA secure_delete = OFF");
        const settings = JSON.stringify({
          url: "https://api.example.com/mcp",
          // Long enough for pages of its own, which a removal leaves as they are.
          headers: { Padding: "x".repeat(20_000), Authorization: "Bearer clear-credential" },
          timeoutMs: 1_000,
        });
        for (const namespace of ["kept", ...Array.from({ length: 20 }, (_, at) => `gone${at}`)]) {
          const row = { namespace, kind: "mcp", name: namespace, url: "https://api.example.com" };
          yield* sql`INSERT INTO sources ${sql.insert({ ...row, settings })}`;
        }
        yield* sql`DELETE FROM sources WHERE namespace <> 'kept'`;
      });
      yield* Effect.provide(older, database);
      expect(bytesOf(directory).includes("clear-credential")).toBe(true);

      const newer = Effect.gen(function* () {
        const sources = yield* Sources;
        expect(yield* sources.get("kept")).toMatchObject({
          headerNames: ["Padding", "Authorization"],
        });
        yield* sources.refresh("kept");
        expect((yield* Probe).seen.at(-1)).toMatchObject({
          headers: { Authorization: "Bearer clear-credential" },
          timeoutMs: 1_000,
        });
        return bytesOf(directory);
      });
      const during = yield* Effect.provide(
        newer,
        layerProbe.pipe(Layer.provide(keyOf(1)), Layer.provide(database)),
      );
      expect(during.includes("clear-credential")).toBe(false);
      expect(bytesOf(directory).includes("clear-credential")).toBe(false);
    }),
  );
});
