import manifest from "../package.json" with { type: "json" };

export const version: string = manifest.version;

/** The commit of the checkout that the daemon runs from; `unknown` without a checkout. */
export const commit = (): string => {
  try {
    const git = Bun.spawnSync(["git", "rev-parse", "HEAD"], {
      cwd: import.meta.dir,
      stderr: "ignore",
    });
    return git.success ? git.stdout.toString().trim() : "unknown";
  } catch {
    return "unknown";
  }
};
