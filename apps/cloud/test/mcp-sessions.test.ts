import { describe, expect, it } from "@effect/vitest";
import { Identity } from "../src/auth/authenticate.ts";
import { McpSessions } from "../src/organization/mcp-sessions.ts";

const by = (subject: string) =>
  new Identity({ organization: "acme", subject, permissions: [], answersForAll: false });

/** Host that opens a session for each request without one. */
const host = () => {
  let opened = 0;
  return {
    opened: () => opened,
    answer: async (request: Request): Promise<Response> => {
      if (request.headers.has("mcp-session-id")) return new Response("answered");
      opened += 1;
      return new Response(null, { headers: { "mcp-session-id": `session-${opened}` } });
    },
  };
};

const ofSession = (id?: string): Request =>
  new Request("http://localhost/mcp", {
    method: "POST",
    headers: id === undefined ? {} : { "mcp-session-id": id },
  });

describe("McpSessions", () => {
  it("answers only the owner of a session", async () => {
    const sessions = new McpSessions();
    const { answer } = host();
    await sessions.handle(ofSession(), by("key:a"), answer);
    const own = await sessions.handle(ofSession("session-1"), by("key:a"), answer);
    expect([own.status, await own.text()]).toEqual([200, "answered"]);
    const others = await sessions.handle(ofSession("session-1"), by("key:b"), answer);
    expect(others.status).toBe(403);
  });

  it("forgets a session together with its owner", async () => {
    const sessions = new McpSessions();
    const { answer, opened } = host();
    await sessions.handle(ofSession(), by("key:a"), answer);
    while (opened() <= 10_000) await sessions.handle(ofSession(), by("key:b"), answer);
    for (const subject of ["key:a", "key:b"]) {
      const forgotten = await sessions.handle(ofSession("session-1"), by(subject), answer);
      expect(forgotten.status).toBe(404);
    }
  });
});
