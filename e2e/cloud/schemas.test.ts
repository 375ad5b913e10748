import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { sumOf } from "@executor/testing";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";

/** A parameter in JSON: unlike a body, it is not sent unless it fits. */
const parameter = (schema: object) => ({
  get: {
    parameters: [{ name: "value", in: "query", content: { "application/json": { schema } } }],
    responses: {},
  },
});

/** A description whose schemas would each hold a naive validator for hours, or end its stack. */
const description = {
  openapi: "3.1.0",
  info: { title: "Hostile", version: "1" },
  servers: [{ url: "http://127.0.0.1:9" }],
  paths: {
    "/pattern": parameter({ properties: { text: { type: "string", pattern: "^(a+)+$" } } }),
    "/large": parameter({ properties: { text: { type: "string", pattern: "(?:a?){300}a{300}" } } }),
    "/tree": parameter({ $ref: "#/components/schemas/Tree" }),
  },
  components: {
    schemas: {
      Tree: {
        properties: {
          left: { anyOf: [1, 2, 3].map(() => ({ $ref: "#/components/schemas/Tree" })) },
        },
        additionalProperties: false,
      },
    },
  },
};

/** The check of a stranger's schemas in workerd, which has one thread for everybody and a small stack. */
describe("schemas that strangers wrote, in the cloud", () => {
  let app: CloudApp;
  let client: CloudClient;

  beforeAll(async () => {
    app = await startCloud();
    const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    client = withKey(app, (await acme.makeKey(everyPermission)).key);
    const document = JSON.stringify(description);
    await client.ask("POST", "/api/sources", { namespace: "bad", kind: "openapi", document });
    await client.ask("PUT", "/api/policies", [{ pattern: "bad.*", decision: "allow" }]);
  });
  afterAll(() => app.stop());

  it.each([
    [
      "a pattern with a repeat in a repeat",
      "pattern",
      `{ text: "a".repeat(27) + "!" }`,
      /^invalid_input: .*is not valid/,
    ],
    [
      "a large pattern and a long text",
      "large",
      `{ text: "a".repeat(100000) }`,
      /^invalid_input: .*could not be checked/,
    ],
    [
      "a type in itself, three ways",
      "tree",
      "tree(40, { wrong: 1 })",
      /^invalid_input: .*is not valid/,
    ],
    [
      "a value as deep as may be",
      "tree",
      "tree(120, {})",
      /^upstream_error: .*could not be reached/,
    ],
    ["a deeper value", "tree", "tree(400, {})", /^invalid_input: .*could not be checked/],
  ])("are checked in bounded steps: %s", async (_, path, input, problem) => {
    const run = await client.execute(`
      const tree = (levels, inside) => {
        let value = inside;
        for (let level = 0; level < levels; level += 1) value = { left: value };
        return value;
      };
      const [tool] = await tools.search({ query: "${path}", namespace: "bad" });
      const call = tool.path.split(".").reduce((at, name) => at[name], tools);
      return await call({ value: ${input} }).catch(({ code, message }) => \`\${code}: \${message}\`);
    `);
    expect(run).toMatchObject({
      status: "completed",
      output: { value: expect.stringMatching(problem) },
    });
  });

  it("are counted where they are too much", async () => {
    const labels = { executor_source: "bad", reason: "budget_exceeded" };
    const samples = await client.metrics();
    expect(sumOf(samples, "executor_tool_input_unchecked_total", labels)).toBe(2);
  });
});
