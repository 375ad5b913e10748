import { apiClient } from "./api-client.ts";
import type { Execution } from "./api-client.ts";
import type { Daemon } from "./daemon.ts";

/** Runs code with a limit of its own and waits for its end; fails where the reply is not an execution. */
export const runCode = (
  daemon: Pick<Daemon, "request">,
  code: string,
  timeoutMs: number,
): Promise<Execution> => apiClient(daemon).execute(code, timeoutMs);
