import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

const app = join(import.meta.dirname, "..", "..", "..", "apps", "cloud");

/**
 * The bundle as it is deployed, with a way to end an organization's object as the platform may at any moment, and one past the
 * door, to measure what the door costs. Nothing else of it is different.
 */
const entry = `
import app, { OrganisationObject as Deployed } from "./worker.js";
export class OrganisationObject extends Deployed {
  constructor(ctx, env) {
    super(ctx, env);
    console.log("An object starts.");
  }
  fetch(request) {
    if (new URL(request.url).pathname === "/test/abort") this.ctx.abort("The test ends this object.");
    return super.fetch(request);
  }
}
export default {
  ...app,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/test/")) return app.fetch(request, env, context);
    const identity = JSON.parse(request.headers.get("test-identity"));
    const object = env.ORGANIZATIONS.get(env.ORGANIZATIONS.idFromName(identity.organization));
    if (url.pathname === "/test/abort") {
      await object.fetch(request).catch(() => {});
      return new Response(null, { status: 204 });
    }
    const headers = new Headers(request.headers);
    headers.set("executor-internal-identity", JSON.stringify(identity));
    const to = new URL(url.pathname.slice("/test".length), url);
    return object.fetch(new Request(to, new Request(request, { headers })));
  },
};
`;

export interface CloudOptions {
  /** A new temporary directory unless given, and removed by `stop` only then. */
  readonly dataDirectory?: string;
  readonly port?: number;
  /** For a debugger. */
  readonly inspectorPort?: number;
  /** Whether workerd lets sources reach private addresses, where all upstreams of the tests are; yes unless given. */
  readonly allowsPrivate?: boolean;
  /** In place of those of the tests. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Environment of the process that runs workerd, besides this one's. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CloudApp {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly log: () => string;
  /** How often an organization's object has started. */
  readonly objectStarts: () => number;
  /** Ends an organization's object without a warning. */
  readonly abort: (organization: string) => Promise<void>;
  /** Ends workerd without a warning; the data stays. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Signs sessions and the links in mails. */
export const secret = "a secret of the tests, and of nothing else";

export const platformToken = "platform-token-of-the-tests";

let built: Promise<void> | undefined;

const build = async (): Promise<void> => {
  if (!existsSync(join(app, "peers/node_modules"))) {
    throw new Error("Install the cloud's peers first: bun install --cwd apps/cloud/peers");
  }
  const child = await startProcess({
    name: "The build",
    command: "bun",
    args: [join(app, "scripts/build.ts")],
  });
  if ((await child.exited) !== 0) throw new Error(`The build failed:\n${child.log()}`);
};

/** The cloud app on workerd, ready. */
export const startCloud = async (options: CloudOptions = {}): Promise<CloudApp> => {
  await (built ??= build());
  const port = options.port ?? (await freePort());
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "executor-cloud-")));
  const url = `http://127.0.0.1:${port}`;
  const workerd = {
    port,
    inspectorPort: options.inspectorPort,
    dataDirectory,
    allowsPrivate: options.allowsPrivate ?? true,
    entry,
    variables: {
      BETTER_AUTH_SECRET: secret,
      EXECUTOR_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      EXECUTOR_URL: url,
      EXECUTOR_PLATFORM_TOKEN: platformToken,
      EXECUTOR_PRIVATE_UPSTREAMS: "true",
      ...options.variables,
    },
  };
  const child = await startProcess({
    name: "The cloud app",
    command: "bun",
    args: [join(app, "peers/workerd.js")],
    env: { ...process.env, ...options.env, EXECUTOR_WORKERD_OPTIONS: JSON.stringify(workerd) },
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true });
  };
  try {
    await child.until("ready", () => Promise.resolve(child.log().includes('{"url":')), 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    port,
    dataDirectory,
    log: child.log,
    objectStarts: () => child.log().split("An object starts.").length - 1,
    abort: async (organization) => {
      const headers = { "test-identity": JSON.stringify({ organization }) };
      await fetch(`${url}/test/abort`, { headers });
    },
    kill: async () => {
      const workers = childrenOf(child.pid);
      child.kill("SIGKILL");
      for (const pid of workers) process.kill(pid, "SIGKILL");
      await child.exited;
    },
    stop,
  };
};

/** The processes that this one started. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
      .split(" ")
      .filter((text) => text !== "")
      .map(Number),
  );
