import { describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import { cloudClient, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import { serveCloud } from "../support/cloud/serve.ts";

const app = join(import.meta.dirname, "..", "..", "apps", "cloud");

/** Of a Worker in the free plan, compressed (https://developers.cloudflare.com/workers/platform/limits/). */
const maxGzipKib = 3 * 1024;

const withDirectory = async <A>(use: (directory: string) => Promise<A>): Promise<A> => {
  const directory = await mkdtemp(join(tmpdir(), "executor-cloud-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
};

describe("the cloud app", () => {
  it("is what Wrangler would deploy, within the platform's size", () =>
    withDirectory(async (directory) => {
      const wrangler = await startProcess({
        name: "Wrangler",
        command: "node",
        args: [
          join(app, "peers/node_modules/wrangler/bin/wrangler.js"),
          "deploy",
          "--dry-run",
          "--outdir",
          directory,
        ],
        cwd: app,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", XDG_CONFIG_HOME: directory },
      });
      expect(await wrangler.exited).toBe(0);
      const log = wrangler.log();
      expect(log).toContain("env.ORGANIZATIONS");
      expect(log).toContain("env.DB");
      expect(log).toContain("quickjs.wasm");
      expect(log).toContain("type-stripper.wasm");
      const size = /Total Upload: .* gzip: ([\d.]+) KiB/.exec(log)?.[1];
      expect(Number(size)).toBeGreaterThan(100);
      expect(Number(size)).toBeLessThan(maxGzipKib);
    }));

  it("runs on this machine with one command, keeps its data, and says how to use it", () =>
    withDirectory(async (dataDirectory) => {
      let child = await serveCloud(dataDirectory);
      const { url } = child;
      let key: string;
      try {
        expect(child.log()).toContain(`curl -H 'Authorization: Bearer KEY' ${url}/api/metrics`);
        const acme = await makeOrganization({ url }, await signUp({ url }, "ada"), "acme");
        ({ key } = await acme.makeKey(["metrics:read", "sources:write"]));
        // What runs here by itself reaches no private address, such as its own.
        const source = { namespace: "own", kind: "openapi", url: `${url}/api/openapi.json` };
        const answer = await withKey({ url }, key).request("POST", "/api/sources", source);
        expect(answer.json()).toMatchObject({ _tag: "SourceUnreachable" });
      } finally {
        await child.stop();
      }
      const operator = { authorization: "Bearer token-of-the-operator" };
      child = await serveCloud(dataDirectory, {
        EXECUTOR_PLATFORM_TOKEN: "token-of-the-operator",
        EXECUTOR_PLATFORM_ORGANIZATIONS: "5",
      });
      try {
        for (const path of ["/api/platform/metrics", "/api/platform/organizations/metrics"]) {
          expect((await cloudClient(child, operator).request("GET", path)).status).toBe(200);
        }
        expect((await withKey(child, key).request("GET", "/api/metrics")).status).toBe(200);
        expect((await cloudClient(child).request("GET", "/api/metrics")).status).toBe(401);
      } finally {
        await child.stop();
      }
    }));
});
