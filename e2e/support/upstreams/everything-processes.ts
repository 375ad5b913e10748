/** Ids of the processes whose command line holds this text, without what has ended and waits for its parent to notice. */
export const processesWith = (text: string): ReadonlyArray<number> =>
  Bun.spawnSync(["ps", "-eo", "pid=,stat=,args="])
    .stdout.toString()
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, state, ...args]) => state?.startsWith("Z") === false && args.join(" ").includes(text),
    )
    .map(([pid]) => Number(pid));
