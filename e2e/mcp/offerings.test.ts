import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { until } from "@executor/testing";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";
import { statelessTo } from "../support/mcp/stateless-client.ts";
import { everythingProgram, startEverything } from "../support/upstreams/everything.ts";
import type { Everything } from "../support/upstreams/everything.ts";

const textTemplate = "demo://resource/dynamic/text/{resourceId}";

const prompts = ["args-prompt", "completable-prompt", "resource-prompt", "simple-prompt"];

describe("resources and prompts of the reference server", () => {
  let daemon: Daemon;
  let web: Everything;
  const opened: Array<() => Promise<void>> = [];
  beforeAll(async () => {
    web = await startEverything("streamableHttp");
    daemon = await startDaemon();
    for (const settings of [
      { namespace: "web", url: web.url },
      { namespace: "program", ...everythingProgram() },
    ]) {
      const added = await daemon.request("POST", "/api/sources", { kind: "mcp", ...settings });
      expect(added.status).toBe(201);
    }
  });
  afterAll(async () => {
    await Promise.all(opened.map((close) => close()));
    await daemon.stop();
    await web.stop();
  });

  const clients = [
    ["2025-11-25", () => connectTo(daemon.url)],
    ["2026-07-28", () => statelessTo(daemon.url)],
  ] as const;
  const connect = async (open: (typeof clients)[number][1]) => {
    const { client } = await open();
    opened.push(() => client.close());
    return client;
  };

  it.each(clients)("reach a client of %s", async (_, open) => {
    const client = await connect(open);
    const { resources } = await client.listResources();
    const { resourceTemplates } = await client.listResourceTemplates();
    const listed = await client.listPrompts();
    const names = listed.prompts.map(({ name }) => name);
    for (const namespace of ["web", "program"]) {
      const own = resources.filter(({ uri }) => uri.startsWith(`executor://${namespace}/demo://`));
      expect(own.length).toBeGreaterThan(0);
      const { contents } = await client.readResource({ uri: own[0]?.uri ?? "" });
      expect(contents).toEqual([
        expect.objectContaining({ uri: own[0]?.uri, text: expect.stringMatching(/\w/) }),
      ]);

      const uriTemplate = `executor://${namespace}/${textTemplate}`;
      expect(resourceTemplates).toContainEqual(expect.objectContaining({ uriTemplate }));
      const uri = uriTemplate.replace("{resourceId}", "7");
      const read = await client.readResource({ uri });
      expect(read.contents).toEqual([
        expect.objectContaining({ uri, text: expect.stringContaining("Resource 7") }),
      ]);

      expect(names).toEqual(expect.arrayContaining(prompts.map((each) => `${namespace}.${each}`)));
      const filled = await client.getPrompt({
        name: `${namespace}.args-prompt`,
        arguments: { city: "Berlin" },
      });
      expect(JSON.stringify(filled.messages)).toContain("Berlin");
      const embedded = await client.getPrompt({
        name: `${namespace}.resource-prompt`,
        arguments: { resourceType: "Text", resourceId: "3" },
      });
      expect(JSON.stringify(embedded.messages)).toContain(
        `executor://${namespace}/demo://resource/dynamic/text/3`,
      );

      const { completion } = await client.complete({
        ref: { type: "ref/prompt", name: `${namespace}.completable-prompt` },
        argument: { name: "department", value: "E" },
      });
      expect(completion.values).toEqual(["Engineering"]);
      const ofTemplate = await client.complete({
        ref: { type: "ref/resource", uri: uriTemplate },
        argument: { name: "resourceId", value: "12" },
      });
      expect(ofTemplate.completion.values).toEqual(["12"]);
    }
    const instructions = client.getInstructions() ?? "";
    expect(instructions).toMatch(/^- web: # Everything Server/m);
    expect(instructions.length).toBeLessThanOrEqual(4_000);
    const missing = client.readResource({ uri: "executor://web/demo://nowhere" });
    await expect(missing).rejects.toMatchObject({ code: -32602 });
    const { counted } = apiClient(daemon);
    const labels = { mcp_method_name: "prompts/get", executor_source: "web", outcome: "ok" };
    expect(await counted("executor_offering_requests_total", labels)).toBeGreaterThan(0);
  });

  it("tell clients of both eras of updates, each only of what it follows", async () => {
    await daemon.request("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
    const uriOf = (namespace: string) =>
      `executor://${namespace}/${textTemplate.replace("{resourceId}", "1")}`;
    const told = { legacy: new Set<string>(), modern: new Set<string>() };
    const { client: legacy, execute } = await connectTo(daemon.url);
    opened.push(() => legacy.close());
    legacy.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      told.legacy.add(params.uri);
    });
    await legacy.subscribeResource({ uri: uriOf("web") });
    const { client: modern } = await statelessTo(daemon.url);
    opened.push(() => modern.close());
    modern.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      told.modern.add(params.uri);
    });
    const resourceSubscriptions = [uriOf("program"), uriOf("web"), uriOf("nowhere")];
    const { honoredFilter } = await modern.listen({ resourceSubscriptions });
    expect(honoredFilter).toEqual({ resourceSubscriptions: resourceSubscriptions.slice(0, 2) });
    await until("all are told", async () => {
      if (told.modern.size === 2 && told.legacy.size === 1) return true;
      const toggle = (namespace: string) => `await tools.${namespace}.toggleSubscriberUpdates({})`;
      await execute(`${toggle("web")}; ${toggle("program")}`);
      return false;
    });
    expect(told.legacy).toEqual(new Set([uriOf("web")]));
  });

  it("stay away from a client where a policy blocks them", async () => {
    const policy = [
      { pattern: "web.resources.*", decision: "block" },
      { pattern: "program.prompts.get", decision: "approve" },
    ];
    await daemon.request("PUT", "/api/policies", policy);
    const client = await connect(clients[0][1]);
    const { resources } = await client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.filter(({ uri }) => uri.startsWith("executor://web/"))).toEqual([]);
    const uri = `executor://web/${textTemplate.replace("{resourceId}", "1")}`;
    await expect(client.readResource({ uri })).rejects.toThrow(
      /A policy blocks web.resources.read/,
    );
    const listed = await client.listPrompts();
    expect(new Set(listed.prompts.map(({ name }) => name.split(".")[0]))).toEqual(new Set(["web"]));
    const filling = client.getPrompt({ name: "program.simple-prompt" });
    await expect(filling).rejects.toThrow(/person's approval/);
  });
});
