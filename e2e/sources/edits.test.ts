import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument, startDocumentServer } from "../support/upstreams/document-server.ts";
import type { DocumentServer } from "../support/upstreams/document-server.ts";

describe("edits of a source", () => {
  const path = "/api/sources/pets";
  let daemon: Daemon;
  let server: DocumentServer;

  beforeAll(async () => {
    server = startDocumentServer(() => new Response(petsDocument("list")));
    daemon = await startDaemon();
    await daemon.request("POST", "/api/sources", {
      namespace: "pets",
      kind: "openapi",
      url: server.url,
      baseUrl: "http://127.0.0.1:9",
      headers: { "X-Key": "a-credential-as-text" },
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await server.stop();
  });

  it.each([
    [{ timeoutMs: "5" }, "timeoutMs: Expected number"],
    [{ timeoutMs: null }, "timeoutMs: Expected number"],
    [{ enabled: "no" }, "enabled: Expected boolean"],
    [{ name: "" }, "name: Expected a non empty string"],
    [
      { headers: null },
      'headers: Headers are an object of names and values, such as { "X-Api-Key": "…" }.',
    ],
    [
      { headers: { "not one": "1" } },
      "headers: A header's name is letters, digits and hyphens, such as X-Api-Key.",
    ],
    [{ only: { tags: [] } }, "only.tags.0: is missing"],
    [{ only: "everything" }, expect.stringMatching(/^only: Expected SourceFilter$/)],
  ])("answer %j with what is wrong, and nothing else", async (edit, message) => {
    const reply = await daemon.request("PATCH", path, edit);
    expect({ status: reply.status, body: reply.json() }).toEqual({
      status: 400,
      body: expect.objectContaining({ _tag: "HttpApiDecodeError", message }),
    });
  });

  it.each([
    [{ baseUrl: "nonsense" }, 422, "The base URL nonsense is not an http or https URL."],
    [{ baseUrl: "http://127.0.0.1:10" }, 422, "were given for http://127.0.0.1:9: X-Key."],
    [{ baseUrl: "http://me:pass@127.0.0.1:10" }, 422, "were given for http://127.0.0.1:9: X-Key."],
    [{ url: "ftp://127.0.0.1/" }, 422, "is not an http or https URL"],
    [{ overlay: "x" }, 422, "The overlay is not usable"],
    [{ command: "ls" }, 422, "pets is no program, so it has no command."],
    [{ namespace: "cats" }, 400, "namespace: is unexpected"],
  ])("%j change nothing, and say why", async (edit, status, message) => {
    const before = (await daemon.request("GET", path)).json();
    const reply = await daemon.request("PATCH", path, edit);
    expect(reply.status).toBe(status);
    expect(reply.text).toContain(message);
    expect(reply.text).not.toContain("pass@");
    expect((await daemon.request("GET", path)).json()).toEqual(before);
  });

  it("leave the built-in source alone", async () => {
    const reply = await daemon.request("PATCH", "/api/sources/executor", { enabled: false });
    expect(reply.status).toBe(409);
    expect(reply.text).toContain("It cannot be changed, refreshed or removed.");
  });
});
