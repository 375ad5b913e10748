import { Schema } from "effect";
import type { Daemon } from "./daemon.ts";

/** An execution as the documentation gives it; `durationMs` and `startedAt` are what the shared client leaves out. */
const EndedExecution = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  trigger: Schema.String,
  startedAt: Schema.String,
  durationMs: Schema.Number,
  toolCalls: Schema.Number,
  output: Schema.NullOr(
    Schema.Struct({
      value: Schema.Unknown,
      truncated: Schema.Boolean,
      totalChars: Schema.Number,
    }),
  ),
  error: Schema.NullOr(Schema.Struct({ name: Schema.String, message: Schema.String })),
  console: Schema.Array(Schema.Struct({ level: Schema.String, text: Schema.String })),
  consoleTruncated: Schema.Boolean,
});
export type EndedExecution = typeof EndedExecution.Type;

export const readExecution = Schema.decodeUnknownSync(EndedExecution);

/** Runs code with a limit of its own and waits for its end; fails where the reply is not an execution. */
export const runCode = async (
  daemon: Pick<Daemon, "request">,
  code: string,
  timeoutMs: number,
): Promise<EndedExecution> => {
  const reply = await daemon.request("POST", "/api/executions", { code, timeoutMs });
  if (reply.status !== 200) {
    throw new Error(`POST /api/executions answered ${reply.status}: ${reply.text}`);
  }
  return readExecution(reply.json());
};
