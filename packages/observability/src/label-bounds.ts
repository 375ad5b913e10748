import { toolCallOutcomes } from "@executor/sdk/schemas";

/** The values that a label can have, and their number, or the things that the number grows with. */
export interface LabelBound {
  readonly values: string;
  readonly count: number | "tools" | "sources";
}

const listed = (...values: ReadonlyArray<string>): LabelBound => ({
  values: values.map((value) => `\`${value}\``).join(", "),
  count: values.length,
});

const ended = ["completed", "failed", "timeout", "cancelled", "out_of_memory"];

const exportErrors: LabelBound = {
  values:
    "absent, `rejected`, `timeout`, `connection_error`, `invalid_response`, a known status, `_OTHER`",
  count: 21,
};

/** By label, or by metric and label where one label means several things. */
const bounds: Readonly<Record<string, LabelBound>> = {
  "mcp.tool.name": {
    values: "addresses that the catalogue of tools resolved; `_OTHER` for every other name",
    count: "tools",
  },
  "executor.source": {
    values: "namespaces of the sources that there are or were; `_OTHER` where none resolved",
    count: "sources",
  },
  "executor.tool.calls/outcome": listed(...toolCallOutcomes),
  "executor.source.calls/outcome": listed(...toolCallOutcomes),
  "executor.offering.requests/outcome": listed(...toolCallOutcomes),
  "executor.offering.requests/mcp.method.name": listed(
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
  ),
  "executor.source.connects/outcome": listed("ok", "error"),
  "executor.auth.attempts/outcome": listed(
    "ok",
    "refused",
    "unauthorized",
    "forbidden",
    "rate_limited",
    "busy",
  ),
  surface: listed("mcp", "api", "metrics"),
  "executor.tool.call.errors/error.type": {
    values: "the upstream's status, or one of some fifteen words that the code holds",
    count: 40,
  },
  "mcp.server.operation.duration/error.type": {
    values:
      "absent, `tool_error`, `cancelled`, or a code of JSON-RPC that tells of a fault of the server",
    count: 8,
  },
  "http.server.request.duration/error.type": {
    values: "absent; the status if it is 500 or more",
    count: 4,
  },
  "rpc.response.status_code": {
    values: "absent where no JSON-RPC error was answered; codes that the code holds; else `_OTHER`",
    count: 10,
  },
  "mcp.protocol.version": {
    values: "revisions of MCP that the code holds; else `_OTHER`",
    count: 6,
  },
  "mcp.client.operation.duration/gen_ai.tool.name": {
    values:
      "absent; names of the servers' tools in the metric's first 16 label sets; else `_OTHER`",
    count: 16,
  },
  "gen_ai.operation.name": { values: "`execute_tool` for `tools/call`; else absent", count: 2 },
  "url.scheme": listed("http", "https"),
  "mcp.client.operation.duration/error.type": {
    values:
      "absent, `tool_error`, `cancelled`, a status of HTTP, a code of JSON-RPC, or one of the words that the code holds",
    count: 12,
  },
  "mcp.client.session.duration/error.type": {
    values: "absent, `connection_error`, `response_too_large`",
    count: 3,
  },
  "otel.sdk.exporter.metric_data_point.exported/error.type": exportErrors,
  "otel.sdk.exporter.span.exported/error.type": exportErrors,
  "otel.sdk.processor.log.processed/error.type": { values: "absent, `queue_full`", count: 2 },
  "otel.sdk.processor.span.processed/error.type": { values: "absent, `queue_full`", count: 2 },
  "otel.sdk.exporter.log.exported/error.type": exportErrors,
  "http.client.request.duration/error.type": {
    values:
      "absent; the status if it is 400 or more; `timeout`, `cancelled`, `connection_error`, `response_incomplete`, `response_too_large`, `internal_error`",
    count: 6,
  },
  "executor.execution.duration/status": listed(...ended),
  status: listed(...ended, "interrupted"),
  trigger: listed("mcp", "api", "cli"),
  "executor.toolkit": {
    values: "absent where all tools were to be had; names of the toolkits that there are or were",
    count: 101,
  },
  "executor.source.state/state": listed("ready", "starting", "needs_sign_in", "unreachable"),
  state: listed("running", "paused"),
  listing: listed("code_mode", "every_tool"),
  truncated: listed("true", "false"),
  decision: listed("approved", "declined", "cancelled", "expired"),
  "executor.sandbox.cpu.time/runtime": listed("quickjs"),
  "executor.sandbox.memory.peak/runtime": listed("quickjs"),
  "executor.sandbox.threads.stuck/runtime": listed("quickjs"),
  "executor.build_info/runtime": { values: "what runs the daemon, such as `bun 1.4.5`", count: 1 },
  "executor.sandbox.terminations/reason": listed(
    "timeout",
    "out_of_memory",
    "computing_budget",
    "crash",
  ),
  "executor.tool.call.refusals/reason": {
    values: "one of some ten words that the code holds, such as `blocked_by_policy`",
    count: 12,
  },
  "executor.execution.refusals/reason": listed("queue_full", "computing_budget"),
  "executor.tool.input.unchecked/reason": listed("unsupported_schema", "budget_exceeded"),
  "executor.metrics.conflicts/reason": {
    values: "the repairs that the exposition knows; absent where it made none",
    count: 12,
  },
  kind: listed("openapi", "mcp", "graphql", "executor"),
  "mcp.client.name": { values: "an allow-list of clients; `_OTHER` for every other", count: 30 },
  "mcp.method.name": { values: "methods of MCP; else `_OTHER`", count: 20 },
  "gen_ai.tool.name": { values: "absent, `execute`, `resume`, `_OTHER`", count: 4 },
  "network.transport": listed("tcp", "pipe"),
  "http.request.method": { values: "methods that HTTP knows; else `_OTHER`", count: 10 },
  "http.response.status_code": { values: "statuses of HTTP, `100` to `599`", count: 20 },
  "http.route": { values: "templates of the API's routes; absent where none matched", count: 25 },
  "server.address": {
    values: "hosts that an operator configured; `_OTHER` where a redirect led elsewhere",
    count: "sources",
  },
  "server.port": {
    values: "ports that an operator configured, 80 and 443; absent where a redirect led elsewhere",
    count: "sources",
  },
  metric: { values: "names of the metrics on this page; `_OTHER`", count: 40 },
  version: { values: "the daemon's version", count: 1 },
  commit: { values: "the commit that was built", count: 1 },
  "cpu.mode": listed("user", "system"),
};

/** The bound of a metric's label. Throws where none is declared. */
export const boundOf = (metricName: string, label: string): LabelBound => {
  const bound = bounds[`${metricName}/${label}`] ?? bounds[label];
  if (bound === undefined) {
    throw new Error(`Say in label-bounds.ts what bounds the label ${label} of ${metricName}.`);
  }
  return bound;
};

/** Declared bounds whose label no metric has. */
export const unusedBounds = (
  metrics: ReadonlyArray<{ readonly name: string; readonly labels: ReadonlyArray<string> }>,
): ReadonlyArray<string> => {
  const used = new Set(
    metrics.flatMap(({ name, labels }) =>
      labels.map((label) => (`${name}/${label}` in bounds ? `${name}/${label}` : label)),
    ),
  );
  return Object.keys(bounds).filter((key) => !used.has(key));
};
