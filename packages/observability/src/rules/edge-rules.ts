import { noneOf, type Where } from "../promql.ts";
import { type Alerts, hour, minute, type RuleContext } from "./alert.ts";
import { daemon, testCases, testCount, testSeries } from "./test-cases.ts";

const attempts = "executor.auth.attempts";
const operations = "mcp.server.operation.duration";
const requests = "http.server.request.duration";

/** JSON-RPC's code of an internal error. */
const internalError = "-32603";

export const edgeAlerts = (rules: RuleContext): Alerts => {
  const { serverErrorRatio, refusals } = rules.thresholds;
  const ratio = (name: string, where: Where) =>
    rules.ratio(
      rules.increase(name, ["job"], hour, where),
      rules.increase(name, ["job"], hour),
      serverErrorRatio,
    );
  return {
    ExecutorAuthRefused: {
      severity: "warning",
      expression: `${rules.increase(attempts, ["job", "surface"], 15 * minute, { outcome: noneOf("ok", "rate_limited") })} > ${refusals}`,
      summary: "Many requests to {{ $labels.surface }} are refused.",
      description: `In the last ${rules.window(15 * minute)}, {{ $value | printf "%.0f" }} were.`,
      runbook:
        "A client has an old key or another host's name; or a web page in somebody's browser tries the daemon's port; or somebody guesses keys. Find the client, and revoke keys that may be known.",
      tests: testCases(
        (values, outcome) => testSeries(attempts, { surface: "api", outcome }, values),
        { ...daemon, surface: "api" },
        { "ten are refused each minute": ["20m", { refused: "0+10x30" }, "150"] },
        {
          "requests are let in": ["20m", { ok: "0+10x30" }],
          "a few are refused": ["20m", { refused: "0+0x10 5+0x20" }],
        },
      ),
    },
    ExecutorMcpErrors: {
      severity: "warning",
      expression: ratio(operations, { "error.type": internalError }),
      forSeconds: 5 * minute,
      summary: "The MCP endpoint answers with internal errors.",
      description: `In the last ${rules.window(hour)}, {{ $value | humanizePercentage }} of the requests got one.`,
      runbook:
        "This is a fault of the daemon, not of a tool or of the agent. Its log has the cause; report it.",
      tests: testCases(
        (values, error) => {
          const call = { "mcp.method.name": "tools/call", "network.transport": "tcp" };
          const labels = error === "" ? call : { ...call, "error.type": error };
          return testCount(operations, labels, values);
        },
        daemon,
        {
          "half of the requests do": ["90m", { "": "0+1x120", [internalError]: "0+1x120" }, "50%"],
        },
        {
          "tools fail, and the endpoint works": [
            "90m",
            { "": "0+1x120", tool_error: "0+9x120", [internalError]: "0+0x120" },
          ],
          "there are few requests, and all do": [
            "30m",
            { "": "0+0x120", [internalError]: "0+0x10 1 2 3+0x110" },
          ],
        },
      ),
    },
    ExecutorApiErrors: {
      severity: "warning",
      expression: ratio(requests, {
        "http.response.status_code": { operator: "=~", value: "5.." },
      }),
      forSeconds: 5 * minute,
      summary: "The API answers with server errors.",
      description: `In the last ${rules.window(hour)}, {{ $value | humanizePercentage }} of the requests got one.`,
      runbook:
        "An InternalError's traceId is in the daemon's log with its cause. 503 with Retry-After means too much at once: too many executions wait, or too many scrapes come.",
      tests: testCases(
        (values, status) => {
          const route = { "http.request.method": "GET", "http.route": "/api/sources" };
          return testCount(requests, { ...route, "http.response.status_code": status }, values);
        },
        daemon,
        { "half of the requests get a 500": ["90m", { 200: "0+1x120", 500: "0+1x120" }, "50%"] },
        {
          "many requests get a 404": ["90m", { 200: "0+1x120", 404: "0+9x120", 500: "0+0x120" }],
          "there are few requests, and all get a 500": [
            "30m",
            { 200: "0+0x120", 500: "0+0x10 1 2 3+0x110" },
          ],
        },
      ),
    },
  };
};
