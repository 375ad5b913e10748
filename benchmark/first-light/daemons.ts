import { pathToFileURL } from "node:url";
import { startDaemon } from "../../e2e/support/daemon/daemon.ts";
import type { Daemon } from "../../e2e/support/daemon/daemon.ts";
import { githubDescription } from "../../e2e/support/upstreams/peers.ts";

/** Gives `use` a fresh daemon, and stops it afterwards. */
export const withDaemon = async <A>(use: (daemon: Daemon) => Promise<A>): Promise<A> => {
  const daemon = await startDaemon();
  try {
    return await use(daemon);
  } finally {
    await daemon.stop();
  }
};

/** The text of the answer, which must be a success. */
export const ask = async (
  daemon: Daemon,
  method: string,
  path: string,
  body?: unknown,
): Promise<string> => {
  const { status, text } = await daemon.request(method, path, body);
  if (status < 200 || status > 299) {
    throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
  }
  return text;
};

/** GitHub's whole description, as the namespace `github`. */
export const addGitHub = (daemon: Daemon): Promise<string> =>
  ask(daemon, "POST", "/api/sources", {
    kind: "openapi",
    namespace: "github",
    url: pathToFileURL(githubDescription()).href,
  });
