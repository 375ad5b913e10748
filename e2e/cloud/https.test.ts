import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { makeAuthority } from "@executor/testing/certificates";
import type { Certificate } from "@executor/testing/certificates";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import { serveCloud } from "../support/cloud/serve.ts";
import type { ServedCloud } from "../support/cloud/serve.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";

const description = {
  openapi: "3.1.0",
  info: { title: "Ping", version: "1" },
  servers: [{ url: "/" }],
  paths: {
    "/ping": { get: { operationId: "ping", responses: { "200": { description: "Pong." } } } },
  },
};

/** An upstream that has its description at `/` and answers `/ping`. */
const startUpstream = ({ cert, key }: Certificate) =>
  Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
    fetch: (request) =>
      Response.json(new URL(request.url).pathname === "/ping" ? { pong: true } : description),
  });

type Upstream = ReturnType<typeof startUpstream>;

/** Both apps reach upstreams over TLS whose certificates an authority of `NODE_EXTRA_CA_CERTS` has signed, and no others. */
describe("an https upstream", () => {
  let directory: string;
  let daemon: Daemon;
  let cloud: ServedCloud;
  let trusted: Upstream;
  const refused: Array<readonly [why: string, upstream: Upstream]> = [];
  const clients = new Map<string, Pick<Daemon, "request">>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "executor-https-"));
    const [authority, stranger] = await Promise.all([makeAuthority(), makeAuthority()]);
    trusted = startUpstream(await authority.issue());
    refused.push(
      ["expired", startUpstream(await authority.issue({ days: -1 }))],
      ["of another name", startUpstream(await authority.issue({ name: "elsewhere.example" }))],
      ["of an unknown authority", startUpstream(await stranger.issue())],
    );
    const certificates = join(directory, "authority.pem");
    await writeFile(certificates, authority.certificate);
    const env = { NODE_EXTRA_CA_CERTS: certificates };
    [daemon, cloud] = await Promise.all([
      startDaemon({ env }),
      serveCloud(join(directory, "cloud"), { ...env, EXECUTOR_PRIVATE_UPSTREAMS: "true" }),
    ]);
    const acme = await makeOrganization(cloud, await signUp(cloud, "ada"), "acme");
    clients.set("daemon", daemon);
    clients.set("cloud", withKey(cloud, (await acme.makeKey(everyPermission)).key));
  });
  afterAll(async () => {
    await daemon.stop();
    await cloud.stop();
    for (const upstream of [trusted, ...refused.map(([, one]) => one)]) await upstream.stop(true);
    await rm(directory, { recursive: true });
  });

  const clientOf = (app: string) => {
    const client = clients.get(app);
    if (client === undefined) throw new Error(`There is no ${app}.`);
    return client;
  };

  const add = (app: string, { port }: Upstream, source: Readonly<Record<string, string>>) =>
    clientOf(app).request("POST", "/api/sources", {
      url: `https://127.0.0.1:${port}/`,
      ...source,
    });

  it.each(["daemon", "cloud"])("is read and called by the %s", async (app) => {
    const added = await add(app, trusted, { namespace: "ping", kind: "openapi" });
    expect(added.json()).toMatchObject({ toolCount: 1 });
    const code = "return await tools.ping.ping({})";
    const run = await clientOf(app).request("POST", "/api/executions", { code });
    expect(run.json()).toMatchObject({ status: "completed", output: { value: { pong: true } } });
  });

  it.each(["daemon", "cloud"])(
    "is not read by the %s where its certificate is wrong",
    async (app) => {
      for (const [why, upstream] of refused) {
        const message = expect.stringContaining(
          `127.0.0.1:${upstream.port} could not be reached: its TLS certificate is refused`,
        );
        const code = "connection_error";
        const refusal = await add(app, upstream, { namespace: "wrong", kind: "openapi" });
        expect({ why, ...Object(refusal.json()) }).toEqual({
          why,
          _tag: "SourceUnreachable",
          message,
          code,
        });
        // A server is kept, and asked again.
        for (const kind of ["graphql", "mcp"]) {
          const answer = await add(app, upstream, { namespace: "wrong", kind });
          const state = { status: "unreachable", code, reason: message };
          expect(answer.json(), `${kind}, ${why}`).toMatchObject({ state });
          await clientOf(app).request("DELETE", "/api/sources/wrong");
        }
      }
    },
  );
});
