import { existsSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import type { RunningProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

const program = join(
  import.meta.dirname,
  "../../peers/node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);

const installed = (): string => {
  if (!existsSync(program)) {
    throw new Error(
      "@modelcontextprotocol/server-everything is missing. Install the peers: bun install --cwd e2e/peers",
    );
  }
  return program;
};

/** The program would listen on every interface; loaded before it, this leaves only the loopback. */
const loopbackOnly = `data:text/javascript,${encodeURIComponent(`
  import { Server } from "node:net";
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, ...rest) {
    return listen.call(this, Number(port), "127.0.0.1", ...rest);
  };
`)}`;

/** A source's settings that start the reference server "everything" as a program. */
export const everythingProgram = () => ({ command: "node", args: [installed(), "stdio"] });

export interface Everything extends Pick<RunningProcess, "pid" | "log" | "stop" | "kill"> {
  readonly url: string;
  readonly port: number;
}

const paths = { streamableHttp: "/mcp", sse: "/sse" };

/** The reference server "everything" over HTTP, on the loopback address. */
export const startEverything = async (
  transport: keyof typeof paths,
  port?: number,
): Promise<Everything> => {
  const chosen = port ?? (await freePort());
  const child = await startProcess({
    name: "server-everything",
    command: "node",
    args: ["--import", loopbackOnly, installed(), transport],
    env: { ...process.env, PORT: String(chosen) },
  });
  const origin = `http://127.0.0.1:${chosen}`;
  try {
    await child.until("answer", async () => (await fetch(origin)).status > 0, 30_000);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const { kill, log, pid, stop } = child;
  return { url: origin + paths[transport], port: chosen, pid, log, stop, kill };
};
