import { afterAll, describe, expect, it } from "@effect/vitest";
import { expectFailure, expectSuccess } from "../support/cli/cli.ts";
import { apiClient } from "../support/daemon/api-client.ts";
import { startCliShop } from "../support/cli/shop.ts";

const { executor, api, daemon, stop } = await startCliShop();

/** An API that refuses whatever has no `limit`, and says what it got. */
const upstream = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const body = JSON.stringify(await request.json());
    return Response.json(
      { message: `I got ${body}.` },
      { status: body.includes("limit") ? 200 : 422 },
    );
  },
});

afterAll(async () => {
  await stop();
  await upstream.stop(true);
});

const paged = (name: string, type: string) => ({
  type: "object",
  properties: { [name]: { type } },
});

const segment = "a".repeat(99);
const longId = [segment, segment, segment].join(".");

const post = (operationId: string, schema: object) => ({
  post: {
    operationId,
    requestBody: { required: true, content: { "application/json": { schema } } },
    responses: { default: { description: "The answer" } },
  },
});

const documentOf = (baseUrl: string) =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Loose", version: "1" },
    servers: [{ url: baseUrl }],
    paths: {
      "/page": post("page", { oneOf: [paged("limit", "number"), paged("cursor", "string")] }),
      "/pet": post("pet", {
        oneOf: ["Cat", "Dog"].map((name) => ({ $ref: `#/components/schemas/${name}` })),
        discriminator: { propertyName: "t", mapping: { cat: "#/components/schemas/Cat" } },
      }),
      "/long": post(longId, {}),
    },
    components: {
      schemas: {
        Cat: { type: "object", properties: { t: { type: "string" }, lives: { type: "integer" } } },
        Dog: { type: "object", properties: { t: { type: "string" } } },
      },
    },
  });

describe("inputs of an OpenAPI source", () => {
  const call = async (address: string, body: object): Promise<unknown> => {
    const code = `return await tools.${address}({ body: ${JSON.stringify(body)} }).then(({ message }) => message, ({ message }) => message)`;
    return (await apiClient(daemon).execute(code)).output?.value;
  };

  it("are sent where a schema is looser than it says, and explained where the API refuses them", async () => {
    const document = documentOf(upstream.url.href);
    await daemon.request("POST", "/api/sources", { namespace: "loose", kind: "openapi", document });
    await daemon.request("PUT", "/api/policies", [{ pattern: "loose.*", decision: "allow" }]);

    expect(await call("loose.page", { limit: 100 })).toBe('I got {"limit":100}.');
    expect(await call("loose.page", { limit: "many" })).toBe('I got {"limit":"many"}.');
    const misfit = await call("loose.pet", { t: "cat", lives: "nine" });
    expect(misfit).toContain('I got {"t":"cat","lives":"nine"}.');
    expect(misfit).toContain("The body also differs from its schema: input.body.lives:");
    expect(await call("loose.pet", { t: "fish" })).toContain('any of ["cat","Dog"]');
    expect(await call("loose.pet", { t: "cat", lives: 9 })).not.toContain("differs");
  });

  it("belong to tools whose addresses are long, too", async () => {
    const address = `loose.${longId}`;
    expect(address.length).toBeGreaterThan(300);
    expect(await api(`/tools/${address}`)).toMatchObject({ address });
    expect(expectSuccess(await executor(["tools", "describe", address]))).toContain(segment);
    expectFailure(
      await executor(["tools", "describe", `${address}.b`]),
      1,
      /There is no tool loose\.a+/,
    );
  });
});
