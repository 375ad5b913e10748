import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";

const operation = (operationId: string) => ({ get: { operationId, responses: {} } });

/** One daemon with one source, whose upstream answers in the ways of the tests. */
describe("replies in agent code", () => {
  let daemon: Daemon;
  const upstream = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/invalid": () =>
        Response.json(
          { message: "invalid", errors: { email: ["taken"] } },
          { status: 422, headers: { "Retry-After": "17", "Set-Cookie": "session=1" } },
        ),
      "/problem": () =>
        new Response(JSON.stringify({ title: "Poor", balance: 30 }), {
          status: 403,
          headers: { "content-type": "application/problem+json" },
        }),
      "/down": () => new Response("x".repeat(70_000), { status: 503 }),
    },
  });

  beforeAll(async () => {
    daemon = await startDaemon();
    const document = JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Replies", version: "1" },
      servers: [{ url: upstream.url.origin }],
      paths: {
        "/invalid": operation("invalid"),
        "/problem": operation("problem"),
        "/down": operation("down"),
      },
    });
    const added = { namespace: "up", kind: "openapi", document };
    expect((await daemon.request("POST", "/api/sources", added)).status).toBe(201);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop(true);
  });

  const run = async (code: string): Promise<unknown> => {
    const reply = await daemon.request("POST", "/api/executions", { code });
    expect(reply.json()).toMatchObject({ status: "completed", error: null });
    return Reflect.get(Object(Reflect.get(Object(reply.json()), "output")), "value");
  };

  it("give an error's status, headers and body", async () => {
    const read = "({ status, headers, data, message }) => ({ status, headers, data, message })";
    expect(await run(`return await tools.up.invalid().catch(${read})`)).toEqual({
      status: 422,
      headers: expect.objectContaining({
        "content-type": expect.stringMatching("application/json"),
        "retry-after": "17",
      }),
      data: { message: "invalid", errors: { email: ["taken"] } },
      message: "The upstream answered 422. invalid",
    });
    expect(
      await run(`return await tools.up.invalid().catch((e) => "set-cookie" in e.headers)`),
    ).toBe(false);
    expect(await run(`return await tools.up.problem().catch((e) => e.data)`)).toEqual({
      title: "Poor",
      balance: 30,
    });
    expect(
      await run(`return await tools.up.down().catch((e) => [e.data.length, e.truncated])`),
    ).toEqual([65_536, ["data"]]);
  });
});
