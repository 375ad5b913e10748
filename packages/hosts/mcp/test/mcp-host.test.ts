import { describe, expect, it } from "@effect/vitest";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { Effect } from "effect";
import { connect, execute } from "./support/client.ts";
import { Served, served, source } from "./support/host.ts";
import { total } from "@executor/testing/series";
import { untilEffect } from "@executor/testing";

describe("McpHost", () => {
  it.scopedLive("lists two tools, and names the sources in the description", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      expect(client.getServerVersion()).toMatchObject({ name: "executor", version: "1.2.3" });
      const { tools } = yield* Effect.promise(() => client.listTools());
      expect(tools.map(({ name, title }) => [name, title])).toEqual([
        ["execute", "Run code against the connected tools"],
        ["resume", "Answer a question of a paused run"],
      ]);
      expect(tools[0]?.description).toContain("- up: Upstream (5 tools)");
      expect(tools[0]?.description).not.toContain("- executor:");
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("notifies its clients when the sources change", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      let changes = 0;
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes += 1;
      });
      yield* untilEffect("the client listens", () => total("executor.mcp.streams.active") === 1);
      const { sources } = yield* Served;
      yield* sources.add(source("another"));
      yield* untilEffect("the client heard of it", () => changes > 0);
      const { tools } = yield* Effect.promise(() => client.listTools());
      expect(tools[0]?.description).toContain("- another: Upstream (5 tools)");
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("runs code, and returns its result as structured content and as text", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      // The client validates structured content against the output schema of the tool.
      yield* Effect.promise(() => client.listTools());
      const result = yield* execute(
        client,
        "console.warn('careful'); return await tools.up.echo({ a: 1 })",
      );
      expect(result).toEqual({
        isError: false,
        structuredContent: {
          executionId: expect.stringMatching(/^exec_/),
          status: "completed",
          durationMs: expect.any(Number),
          toolCalls: 1,
          result: { a: 1 },
          truncated: false,
          totalChars: 7,
          console: [{ level: "warn", text: "careful" }],
          consoleTruncated: false,
        },
        content: [{ type: "text", text: 'Result:\n{"a":1}\n\nConsole:\n[warn] careful' }],
      });
      expect(total("executor.executions", { trigger: "mcp", status: "completed" })).toBe(1);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("marks a failed run as an error of the same structure", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      yield* Effect.promise(() => client.listTools());
      const result = yield* execute(client, "throw new TypeError('no such luck')");
      expect(result).toMatchObject({
        isError: true,
        structuredContent: {
          status: "failed",
          error: { name: "TypeError", message: "no such luck" },
        },
        content: [{ text: expect.stringMatching(/The run failed.*TypeError: no such luck/s) }],
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("marks a result as truncated, with its full length", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const result = yield* execute(client, "return 'x'.repeat(100_000)");
      expect(result).toMatchObject({
        isError: false,
        structuredContent: { truncated: true, totalChars: 100_002 },
        content: [{ text: expect.stringContaining("cut after 30000 of 100002 characters") }],
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("explains invalid arguments to the model", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const call = (name: string, args: Record<string, unknown>) =>
        Effect.promise(() => client.callTool({ name, arguments: args }));
      expect(yield* call("execute", { script: "1" })).toMatchObject({
        isError: true,
        content: [
          {
            text: expect.stringMatching(
              /script: there is no such parameter\. code: missing; give the TypeScript to run\. They are: \{/,
            ),
          },
        ],
      });
      expect(yield* call("execute", { code: 1 })).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/code: expected a string of TypeScript\./) }],
      });
      expect(
        yield* call("resume", { executionId: "exec_1", approvalId: "appr_1", action: "yes" }),
      ).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/action: expected accept, decline or cancel/) }],
      });
      expect(
        yield* call("resume", { executionId: "exec_1", approvalId: "appr_1", action: "accept" }),
      ).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/no execution exec_1/) }],
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("answers a call of an unknown tool with a protocol error", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const error = yield* Effect.promise(() =>
        client.callTool({ name: "up.echo", arguments: {} }).catch((refusal: unknown) => refusal),
      );
      expect(error).toMatchObject({
        code: -32602,
        message: expect.stringMatching(/There is no tool up.echo. There are execute and resume/),
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("reports progress with increasing numbers to a client that requested it", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const told: Array<unknown> = [];
      yield* Effect.promise(() =>
        client.callTool(
          {
            name: "execute",
            arguments: { code: "await tools.up.steps({}); return await tools.up.echo({})" },
          },
          undefined,
          { onprogress: (progress) => told.push(progress) },
        ),
      );
      expect(told).toEqual([
        { progress: 1, message: "Calling up.steps" },
        { progress: 2, message: "up.steps: 1 of 2, half" },
        { progress: 3, message: "up.steps: 2 of 2" },
        { progress: 4, message: "Calling up.echo" },
      ]);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("keeps a silent stream open with comments", () =>
    Effect.gen(function* () {
      const { transport } = yield* connect();
      const { url } = yield* Served;
      const text = yield* Effect.promise(async () => {
        const response = await fetch(url, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            "mcp-session-id": transport.sessionId ?? "",
          },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 7,
            method: "tools/call",
            params: { name: "execute", arguments: { code: "await tools.up.hang({})" } },
          }),
        });
        return response.text();
      });
      expect(text).toMatch(/^: open\n\n(: keepalive\n\n)+event: message\n/);
    }).pipe(Effect.provide(served({ mcp: { keepAliveMs: 50 }, execution: { wallTimeMs: 300 } }))),
  );
});
