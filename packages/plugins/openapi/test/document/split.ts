import { FetchHttpClient } from "@effect/platform";
import { BunFileSystem } from "@effect/platform-bun";
import { Effect, Layer } from "effect";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { openApiPlugin } from "../../src/plugin.ts";
import { serve, settings } from "../support.ts";
import type { Given } from "../support.ts";

/** The texts of a description's documents by their paths, such as `parts/pets.yaml`. */
export type Files = Readonly<Record<string, string>>;

/** A folder with these files until the scope closes. Gives the `file:` URL of the folder, with a slash at its end. */
export const folder = (files: Files) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const root = await mkdtemp(join(tmpdir(), "openapi-"));
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await Bun.write(join(root, path), text);
      }
      return root;
    }),
    (root) => Effect.promise(() => rm(root, { recursive: true })),
  ).pipe(Effect.map((root) => `${pathToFileURL(root).href}/`));

/** A server of these files until the scope closes. Gives its URL with a slash at its end, and the paths asked for so far. */
export const site = (files: Files) =>
  Effect.gen(function* () {
    const asked: Array<string> = [];
    const origin = yield* serve((_, { pathname }) => {
      const path = decodeURIComponent(pathname).slice(1);
      asked.push(path);
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return new Response(text ?? "", { status: text === undefined ? 404 : 200 });
    });
    return { url: `${origin}/`, asked };
  });

/** Loads a description by its URL, with the machine's files in reach. */
export const loadFrom = (url: string, given: Given = {}) =>
  Effect.flatMap(openApiPlugin, (plugin) =>
    plugin.load(settings({ url, baseUrl: "https://api.example.com", ...given })),
  ).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, BunFileSystem.layer)));
