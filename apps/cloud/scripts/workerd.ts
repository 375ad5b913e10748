import { join } from "node:path";

const app = join(import.meta.dir, "..");

export interface WorkerdOptions {
  readonly port: number;
  /** Directory of the organizations' databases and the D1 database. */
  readonly dataDirectory: string;
  /** Variables and secrets, as `wrangler.jsonc` describes them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether sources may lead to private addresses. */
  readonly allowsPrivate: boolean;
}

/** Starts the bundle on workerd, with Miniflare in a process of its own, and waits until it answers. */
export const startWorkerd = async (options: WorkerdOptions) => {
  const child = Bun.spawn(["bun", join(app, "peers/workerd.js")], {
    env: { ...process.env, EXECUTOR_WORKERD_OPTIONS: JSON.stringify(options) },
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = child.stdout.getReader();
  const first = await output.read();
  if (first.done) throw new Error("workerd did not start.");
  const forward = async () => {
    for (;;) {
      const { done, value } = await output.read();
      if (done) return;
      process.stdout.write(value);
    }
  };
  void forward();
  return { stop: () => child.kill("SIGTERM"), exited: child.exited };
};
