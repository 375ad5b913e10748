import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import { sumOf } from "@executor/testing";
import { githubDescription, startPrism } from "../support/upstreams/peers.ts";
import type { Upstream } from "../support/upstreams/peers.ts";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";

const servers = findPrometheus();

/** The cloud app on workerd, as its users have it. */
describe("the cloud app", () => {
  let app: CloudApp;
  let github: Upstream;
  /** Reads the organization's metrics. */
  let key: string;

  beforeAll(async () => {
    github = await startPrism(githubDescription());
    app = await startCloud();
  });
  afterAll(async () => {
    await app.stop();
    await github.stop();
  });

  it("counts the calls of an organization, as its key shows them", async () => {
    const person = await signUp(app, "ada");
    const acme = await makeOrganization(app, person, "acme");
    const agent = withKey(app, (await acme.makeKey(["sources:write", "executions:write"])).key);
    await agent.ask("POST", "/api/sources", {
      namespace: "github",
      kind: "openapi",
      document: readFileSync(githubDescription(), "utf8"),
      baseUrl: github.url,
    });
    const run = await agent.execute(`
      const found = await tools.search({ query: "get a repository", namespace: "github" });
      const repository = await tools.github.repos.get({ owner: "octocat", repo: "hello" });
      await Promise.all([1, 2, 3].map(() => tools.github.repos.get({ owner: "octocat", repo: "hello" })));
      return { found: found.length > 0, name: repository.full_name };
    `);
    expect(run.status).toBe("completed");
    expect(run.output?.value).toEqual({ found: true, name: "octocat/Hello-World" });

    ({ key } = await acme.makeKey(["metrics:read"]));
    const scraper = withKey(app, key);
    expect((await scraper.request("GET", "/api/sources")).status).toBe(403);
    const calls = { mcp_tool_name: "github.repos.get", outcome: "ok" };
    expect(sumOf(await scraper.metrics(), "executor_tool_calls_total", calls)).toBe(4);
  });

  it.skipIf(servers.length === 0)("is scraped by Prometheus with that key", async () => {
    const credentialsFile = join(app.dataDirectory, "prometheus-key");
    writeFileSync(credentialsFile, key, { mode: 0o600 });
    for (const binary of servers) {
      const job = { job: "executor", target: `127.0.0.1:${app.port}`, credentialsFile };
      const prometheus = await startPrometheus({ binary, jobs: [job] });
      try {
        const [series] = await prometheus.waitFor(
          'executor_tool_calls_total{mcp_tool_name="github.repos.get",outcome="ok"}',
        );
        expect(series?.value[1]).toBe("4");
        expect(series?.metric["executor_source"]).toBe("github");
        const [executions] = await prometheus.waitFor(
          'executor_executions_total{status="completed"}',
        );
        expect(executions?.value[1]).toBe("1");
        expect(await prometheus.targets()).toEqual([
          { job: "executor", health: "up", lastError: "" },
        ]);
        expect(prometheus.complaints()).toEqual([]);
      } finally {
        await prometheus.stop();
      }
    }
  });
});
