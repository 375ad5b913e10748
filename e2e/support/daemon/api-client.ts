import { Schema } from "effect";
import type { Daemon } from "./daemon.ts";
import { readSamples, sumOf } from "@executor/testing";

/** The replies as the documentation gives them, written down here a second time: a test that shared the daemon's own schemas could not see them change. */

const Source = Schema.Struct({
  namespace: Schema.String,
  kind: Schema.String,
  url: Schema.NullOr(Schema.String),
  toolCount: Schema.Number,
});

const Tool = Schema.Struct({
  address: Schema.String,
  namespace: Schema.String,
  description: Schema.String,
  annotations: Schema.Struct({
    readOnly: Schema.Boolean,
    destructive: Schema.Boolean,
    requiresApproval: Schema.Boolean,
  }),
});

const ToolPage = Schema.Struct({
  items: Schema.Array(Tool),
  nextCursor: Schema.NullOr(Schema.String),
});

const ToolDetails = Schema.Struct({
  ...Tool.fields,
  inputSchema: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  outputSchema: Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
});

const Execution = Schema.Struct({
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
  approvals: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      kind: Schema.String,
      address: Schema.String,
      message: Schema.String,
      input: Schema.Unknown,
      requestedSchema: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
      askedAt: Schema.String,
      expiresAt: Schema.String,
    }),
  ),
});
export type Execution = typeof Execution.Type;

export interface Answer {
  readonly approvalId: string;
  readonly action: string;
  readonly content?: Record<string, unknown>;
}

export interface NewSource {
  readonly namespace: string;
  readonly kind: "openapi";
  readonly url?: string;
  readonly document?: string;
  readonly baseUrl?: string;
  readonly headers?: Record<string, string>;
}

/** What operators and clients ask of a daemon; each method fails on a status that is not a success. */
export const apiClient = (daemon: Pick<Daemon, "request">) => {
  const ask = async <A, I>(
    schema: Schema.Schema<A, I>,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<A> => {
    const reply = await daemon.request(method, path, body);
    if (reply.status < 200 || reply.status > 299) {
      throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`);
    }
    return Schema.decodeUnknownSync(schema)(reply.json());
  };
  const metrics = async (): Promise<string> => {
    const reply = await daemon.request("GET", "/api/metrics");
    if (reply.status !== 200) throw new Error(`GET /api/metrics answered ${reply.status}`);
    return reply.text;
  };
  return {
    addSource: (source: NewSource) => ask(Source, "POST", "/api/sources", source),
    sources: () => ask(Schema.Array(Source), "GET", "/api/sources"),
    searchTools: (query: Record<string, string>) =>
      ask(ToolPage, "GET", `/api/tools?${new URLSearchParams(query).toString()}`),
    tool: (address: string) => ask(ToolDetails, "GET", `/api/tools/${address}`),
    /** Gives the execution once it has ended or is paused; with the daemon's limit unless one is given. */
    execute: (code: string, timeoutMs?: number) =>
      ask(Execution, "POST", "/api/executions", { code, timeoutMs }),
    execution: (id: string) => ask(Execution, "GET", `/api/executions/${id}`),
    resume: (id: string, answer: Answer) =>
      ask(Execution, "POST", `/api/executions/${id}/resume`, answer),
    metrics,
    /** The sum of the samples of this name whose labels hold all of `labels`. */
    counted: async (name: string, labels: Readonly<Record<string, string>> = {}) =>
      sumOf(readSamples(await metrics()), name, labels),
  };
};
