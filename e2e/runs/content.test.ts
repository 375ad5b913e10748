import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Schema } from "effect";
import { apiClient } from "../support/daemon/api-client.ts";
import { type Daemon, startDaemon } from "../support/daemon/daemon.ts";
import { everythingProgram } from "../support/upstreams/everything.ts";
import { hasChromium, playwrightProgram } from "../support/upstreams/playwright.ts";

const read = Schema.decodeUnknownSync(
  Schema.Struct({
    content: Schema.Array(
      Schema.Struct(
        { type: Schema.String },
        Schema.Record({ key: Schema.String, value: Schema.Unknown }),
      ),
    ),
    structuredContent: Schema.Unknown,
  }),
);

type Execute = (code: string) => Promise<ReturnType<typeof read>>;

const request = { name: "execute", arguments: { code: "" } };

const info = { name: "content", version: "1" };

describe("content blocks", () => {
  let daemon: Daemon;
  let folder: string;
  const eras: Array<readonly [string, Execute, () => Promise<void>]> = [];

  const add = async (settings: Record<string, unknown>) => {
    const added = await daemon.request("POST", "/api/sources", { kind: "mcp", ...settings });
    expect(added.status).toBe(201);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "executor-content-"));
    daemon = await startDaemon();
    const url = new URL(`${daemon.url}/mcp`);
    const modern = new ModernClient(info, { versionNegotiation: { mode: "auto" } });
    await modern.connect(new StreamableHTTPClientTransport(url));
    const legacy = new Client(info);
    await legacy.connect(new LegacyTransport(url));
    const call =
      (client: { callTool: (call: typeof request) => Promise<unknown> }): Execute =>
      async (code) =>
        read(await client.callTool({ ...request, arguments: { code } }));
    eras.push(["modern", call(modern), () => modern.close()]);
    eras.push(["legacy", call(legacy), () => legacy.close()]);
    await add({ namespace: "all", ...everythingProgram() });
    await daemon.request("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
  });
  afterAll(async () => {
    await Promise.all(eras.map(([, , close]) => close()));
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("reach clients of both eras as the tool gave them, returned and emitted in order", async () => {
    for (const [era, execute] of eras) {
      const returned = await execute("return await tools.all.getTinyImage({})");
      expect([era, returned.content.map(({ type }) => type)]).toEqual([
        era,
        ["text", "text", "image", "text"],
      ]);
      expect(returned.content[2]).toMatchObject({
        mimeType: "image/png",
        data: expect.stringMatching(/^iVBORw0KGgo/),
      });
      const emitted = await execute(`
        emit("first");
        emit(await tools.all.getAnnotatedMessage({ messageType: "success", includeImage: true }));
        emit(await tools.all.getResourceReference({ resourceType: "Blob", resourceId: 1 }));
        emit({ links: 1 }, await tools.all.getResourceLinks({ count: 2 }));
        return 5`);
      expect(emitted.content.map(({ type }) => type).join(" ")).toBe(
        "text text text image text resource text text text resource_link resource_link",
      );
      expect(emitted.content[2]).toMatchObject({ annotations: { priority: 0.7 } });
      expect(emitted.structuredContent).toMatchObject({ result: 5 });
    }
  });

  it("are kinds and sizes in the history, and no base64 anywhere in it", async () => {
    const { execute, execution } = apiClient(daemon);
    const { id } = await execute(
      "console.log(await tools.all.getTinyImage({})); return await tools.all.getTinyImage({})",
    );
    const stored: unknown = (await daemon.request("GET", `/api/executions/${id}`)).json();
    expect(stored).toMatchObject({
      content: [
        { type: "text" },
        { type: "image", mimeType: "image/png", bytes: expect.any(Number) },
        { type: "text" },
      ],
    });
    expect(JSON.stringify(stored)).not.toContain("iVBORw0KGgo");
    expect((await execution(id)).status).toBe("completed");
  });

  it.skipIf(!hasChromium)("are the bytes of a screenshot that Chromium took", async () => {
    await add({
      namespace: "browser",
      ...playwrightProgram(folder),
      timeoutMs: 60_000,
    });
    for (const [era, execute] of eras) {
      const before = new Set(await readdir(folder));
      const { content } = await execute(`
        await tools.browser.browser_navigate({ url: "data:text/html,<h1>${era}</h1>" });
        return await tools.browser.browser_take_screenshot({ type: "png", scale: "css" });`);
      const written = (await readdir(folder)).filter(
        (name) => name.endsWith(".png") && !before.has(name),
      );
      const image = content.find(({ type }) => type === "image");
      expect([era, written.length, image?.["mimeType"]]).toEqual([era, 1, "image/png"]);
      const file = await readFile(join(folder, written[0] ?? ""));
      expect(file.equals(Buffer.from(String(image?.["data"]), "base64"))).toBe(true);
      const texts = content.filter(({ type }) => type === "text").map(({ text }) => String(text));
      expect(texts.join("\n")).not.toContain("iVBORw0KGgo");
    }
    await eras[0]?.[1]("await tools.browser.browser_close({})");
  });
});
