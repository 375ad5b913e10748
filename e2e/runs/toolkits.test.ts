import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { member, respellings } from "@executor/testing";
import * as fc from "fast-check";
import { cliOf, expectFailure, expectSuccess } from "../support/cli/cli.ts";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { echoDocument, startEchoUpstream } from "../support/upstreams/echo.ts";
import type { EchoUpstream } from "../support/upstreams/echo.ts";

describe("toolkits", () => {
  let daemon: Daemon;
  let upstream: EchoUpstream;

  beforeAll(async () => {
    upstream = startEchoUpstream();
    daemon = await startDaemon();
    for (const namespace of ["echo", "hidden"]) {
      const document = echoDocument(upstream.origin);
      const added = await post("/api/sources", { namespace, kind: "openapi", document });
      expect(added.status).toBe(201);
    }
    const added = await post("/api/toolkits", { name: "reader", tools: ["echo.headers"] });
    expect(added.status).toBe(201);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  const post = (path: string, body: unknown) => daemon.request("POST", path, body);
  const run = async (code: string, toolkit?: string) =>
    (await post("/api/executions", { code, toolkit })).json();
  const valueOf = (execution: unknown) => member(member(execution, "output"), "value");

  it("leave nothing else to code, however it spells or reaches for it", async () => {
    const outside = ["echo.write", "echo.erase", "hidden.headers", "executor.sources.add"];
    const arrivals = upstream.arrivals().length;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...outside),
        fc.array(fc.constantFrom(...respellings), { minLength: 1, maxLength: 3 }),
        async (address, respell) => {
          const spelled = respell.reduce((text, change) => change(text), address);
          const text = JSON.stringify(spelled);
          const execution = await run(
            `
            const outcome = (call) => Promise.resolve().then(call).then((data) => ["called", data], ({ message }) => ["failed", message]);
            const walked = ${text}.split(".").reduce((at, key) => at[key] ?? at, tools);
            return {
              calls: await Promise.all([outcome(() => walked({})), outcome(() => tools[${text}]({})), outcome(() => tools.describe({ path: ${text} }))]),
              found: (await Promise.all([tools.search({ query: ${text}, limit: 100 }), tools.search({ query: "headers", limit: 100 })])).flat().map(({ path }) => path),
              names: Object.keys(tools),
            };`,
            "reader",
          );
          const value = valueOf(execution);
          const text2 = JSON.stringify(value).replaceAll(JSON.stringify(spelled).slice(1, -1), "");
          expect(text2).not.toContain('"called"');
          expect(text2).not.toMatch(/Similar: [^"]*(hidden|echo\.(?!headers))/);
          expect(member(value, "found")).not.toContainEqual(
            expect.stringMatching(/^(hidden|echo\.(?!headers$))/),
          );
          expect(member(value, "names")).not.toContain("hidden");
        },
      ),
      { numRuns: 60 },
    );
    expect(upstream.arrivals()).toHaveLength(arrivals);
    expect(valueOf(await run("return (await tools.echo.headers({})).method", "reader"))).toBe(
      "GET",
    );
  }, 180_000);

  it("have an MCP endpoint each, and no other spelling is one", async () => {
    const open = async (path: string) =>
      (await daemon.request("POST", path, initialize(), mcpHeaders)).status;
    expect(await open("/mcp/reader")).toBe(200);
    for (const path of [
      "/mcp/none",
      "/mcp/Reader",
      "/mcp/%72eader",
      "/mcp/reader/",
      "/mcp//reader",
    ]) {
      expect([path, await open(path)]).toEqual([path, 404]);
    }
  });

  it("are told in the history, the count and the answer of an execution", async () => {
    const execution = await run("return 1", "reader");
    expect(member(execution, "toolkit")).toBe("reader");
    const listed = await daemon.request("GET", "/api/executions?toolkit=reader&limit=1000");
    const ids = listed.text.match(/exec_[0-9a-f]{32}/g);
    expect(ids).toContain(member(execution, "id"));
    expect(listed.text).not.toContain('"toolkit":null');
    const none = await daemon.request("GET", "/api/executions?toolkit=other");
    expect(none.json()).toEqual([]);
    const metrics = await daemon.request("GET", "/api/metrics");
    expect(metrics.text).toMatch(
      /executor_executions_total\{executor_toolkit="reader",status="completed"/,
    );
  });

  it("hold from the next call on, and are refused when they are removed", async () => {
    const { executor } = cliOf(daemon);
    const added = ["add", "desk", "--tools", "echo.*", "--policy", "echo.write=allow"];
    expect(expectSuccess(await executor(["toolkits", ...added]))).toBe(
      "Added desk: echo.*. Its MCP endpoint is /mcp/desk.\n",
    );
    const code = "return (await tools.echo.write({})).method";
    expect(valueOf(await run(code, "desk"))).toBe("POST");
    expect(member(await run(code), "status")).toBe("paused");
    expectSuccess(await executor(["call", "echo.write", "--toolkit", "desk"]));
    expectFailure(
      await executor(["call", "hidden.headers", "--toolkit", "desk"]),
      1,
      /no tool hidden/,
    );
    const search = ["tools", "search", "--toolkit", "desk", "headers"];
    expect(expectSuccess(await executor(search))).not.toContain("hidden");

    const edited = ["edit", "desk", "--tools", "hidden.headers", "--remove-policy", "echo.write"];
    expect(expectSuccess(await executor(["toolkits", ...edited]))).toBe(
      "Changed desk: echo.*, hidden.headers.\n",
    );
    expect(member(await run(code, "desk"), "status")).toBe("paused");
    expect(valueOf(await run("return (await tools.hidden.headers({})).method", "desk"))).toBe(
      "GET",
    );
    expect(expectSuccess(await executor(["toolkits", "show", "desk"]))).toContain(
      "  hidden.headers\n",
    );
    expect(expectSuccess(await executor(["toolkits", "list"]))).toMatch(
      /^desk +echo\.\*, hidden\.headers +0 +no/m,
    );

    expectSuccess(await executor(["toolkits", "remove", "desk"]));
    expectFailure(await executor(["toolkits", "remove", "desk"]), 1, /no toolkit desk/);
    const refused = await post("/api/executions", { code, toolkit: "desk" });
    expect([refused.status, member(refused.json(), "_tag")]).toEqual([404, "ToolkitNotFound"]);
    expectFailure(await executor(["toolkits", "add", "Desk", "--tools", "a.*"]), 2, /lower-case/);
    expectFailure(await executor(["toolkits", "add", "desk"]), 2, /--tools/);
    expectFailure(await executor(["toolkits", "edit", "reader"]), 2, /what to change/);
  });
});
