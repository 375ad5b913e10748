import { expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { startDaemon } from "../support/daemon/daemon.ts";
import { statelessTo } from "../support/mcp/stateless-client.ts";
import { startSpanReceiver, traceEnvironment } from "../support/traces/span-receiver.ts";

const callerSpan = "b7ad6b7169203331";

it("a call of MCP 2026-07-28 continues the trace that its message names", async () => {
  const receiver = startSpanReceiver();
  const daemon = await startDaemon({ env: traceEnvironment(receiver) });
  const { client } = await statelessTo(daemon.url);
  const traceId = crypto.randomUUID().replaceAll("-", "");
  const _meta = { traceparent: `00-${traceId}-${callerSpan}-01` };
  await client.callTool({ name: "execute", arguments: { code: "return 1" }, _meta });
  const spans = () => receiver.spans().filter((span) => span.traceId === traceId);
  await until("both spans came", async () => spans().length === 2);
  const request = spans().find(({ name }) => name === "tools/call execute");
  expect(request).toMatchObject({
    parentSpanId: callerSpan,
    attributes: { "mcp.protocol.version": "2026-07-28", "gen_ai.tool.name": "execute" },
  });
  expect(spans().find(({ name }) => name === "execution")).toMatchObject({
    parentSpanId: request?.spanId,
  });
  await client.close();
  await daemon.stop();
  await receiver.stop();
});
