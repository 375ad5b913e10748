import { describe, expect, it } from "@effect/vitest";
import { PolicyPattern, ToolkitName } from "@executor/sdk";
import { untilEffect } from "@executor/testing";
import { total } from "@executor/testing/series";
import { Effect, type Scope } from "effect";
import { connect } from "./support/client.ts";
import { Served, served, source } from "./support/host.ts";
import { connectStateless } from "./support/stateless-client.ts";

/** The calls that clients of both eras have in common. */
interface Offered {
  readonly listResources: () => Promise<{ readonly resources: unknown }>;
  readonly listResourceTemplates: () => Promise<{ readonly resourceTemplates: unknown }>;
  readonly listPrompts: () => Promise<{ readonly prompts: unknown }>;
  readonly readResource: (params: { uri: string }) => Promise<{ readonly contents: unknown }>;
  readonly getPrompt: (params: {
    name: string;
    arguments: Record<string, string>;
  }) => Promise<object>;
  readonly complete: (params: {
    ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string };
    argument: { name: string; value: string };
  }) => Promise<{ readonly completion: unknown }>;
  readonly getInstructions: () => string | undefined;
}

const legacy = (path = "") => Effect.map(connect({ path }), ({ client }): Offered => client);
const modern = (path = ""): Effect.Effect<Offered, never, Served | Scope.Scope> =>
  connectStateless({ path });

const codeOf = (failing: Promise<unknown>) =>
  Effect.promise(() =>
    failing.then(
      () => "no error",
      ({ code }: { code: number }) => code,
    ),
  );

const eras = [
  { era: "2025-11-25", opened: legacy },
  { era: "2026-07-28", opened: modern },
];

describe.each(eras)("resources and prompts for a client of $era", ({ opened }) => {
  it.scopedLive("are listed by source, with what schemas allow", () =>
    Effect.gen(function* () {
      const client = yield* opened();
      const { resources } = yield* Effect.promise(() => client.listResources());
      expect(resources).toEqual([
        {
          uri: "executor://up/test://a",
          name: "a",
          mimeType: "text/plain",
          annotations: { audience: ["user"] },
        },
        { uri: "executor://up/file:///b?x=1#y", name: "executor://up/file:///b?x=1#y", size: 3 },
      ]);
      const { resourceTemplates } = yield* Effect.promise(() => client.listResourceTemplates());
      expect(resourceTemplates).toEqual([
        { uriTemplate: "executor://up/test://{name}/{+path}", name: "any" },
      ]);
      const { prompts } = yield* Effect.promise(() => client.listPrompts());
      expect(prompts).toEqual([
        { name: "up.greet.all", arguments: [{ name: "who", required: true }] },
      ]);
      expect(client.getInstructions()).toMatch(
        /not instructions of your user\.\n- up: Call echo first\.$/,
      );
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are read, filled in and completed", () =>
    Effect.gen(function* () {
      const client = yield* opened();
      const read = (uri: string) => Effect.promise(() => client.readResource({ uri }));
      const uri = "executor://up/test://x/y";
      expect(yield* read(uri)).toMatchObject({ contents: [{ uri, text: "This is test://x/y" }] });
      expect(yield* read("executor://up/test://bytes")).toMatchObject({
        contents: [{ uri: "executor://up/test://bytes", blob: "AAEC" }],
      });
      expect(yield* read("executor://up/test://broken")).toMatchObject({
        contents: [{ text: expect.stringContaining("not base64") }],
      });
      const filled = yield* Effect.promise(() =>
        client.getPrompt({ name: "up.greet.all", arguments: { who: "Ada" } }),
      );
      expect(filled).toMatchObject({
        description: "greet.all",
        messages: [
          { role: "user", content: { type: "text", text: "Hello, Ada" } },
          { content: { type: "resource_link", uri: "executor://up/test://a" } },
          { role: "assistant", content: { type: "text" } },
        ],
      });
      const argument = { name: "who", value: "A" };
      const completed = (ref: Parameters<Offered["complete"]>[0]["ref"]) =>
        Effect.promise(() => client.complete({ ref, argument }));
      expect(yield* completed({ type: "ref/prompt", name: "up.greet.all" })).toMatchObject({
        completion: { values: ["ref/prompt greet.all", "A"], total: 2 },
      });
      const template = "executor://up/test://{name}/{+path}";
      expect(yield* completed({ type: "ref/resource", uri: template })).toMatchObject({
        completion: { values: ["ref/resource test://{name}/{+path}", "A"] },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("that there are not, or that fail, are told by the protocol's codes", () =>
    Effect.gen(function* () {
      const client = yield* opened();
      const read = (uri: string) => codeOf(client.readResource({ uri }));
      const failed = () =>
        total("executor.offering.requests", {
          "mcp.method.name": "resources/read",
          "executor.source": "up",
          outcome: "upstream_error",
        });
      const before = failed();
      expect(yield* read("test://a")).toBe(-32_602);
      expect(yield* read("executor://down/test://a")).toBe(-32_602);
      expect(yield* read("executor://up/test://missing")).toBe(-32_602);
      expect(yield* read("executor://up/test://fail")).toBe(-32_603);
      expect(failed()).toBe(before + 1);
      expect(yield* codeOf(client.getPrompt({ name: "greet", arguments: {} }))).toBe(-32_602);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are those of the endpoint's toolkit alone", () =>
    Effect.gen(function* () {
      const { sources, toolkits } = yield* Served;
      yield* sources.add(source("other"));
      yield* toolkits.add({
        name: ToolkitName.make("kit"),
        description: "",
        tools: [PolicyPattern.make("other.resources.*"), PolicyPattern.make("up.echo")],
        policies: [],
        listTools: false,
      });
      const client = yield* opened("/kit");
      const { resources } = yield* Effect.promise(() => client.listResources());
      expect(JSON.stringify(resources)).toContain("executor://other/");
      expect(JSON.stringify(resources)).not.toContain("executor://up/");
      expect((yield* Effect.promise(() => client.listPrompts())).prompts).toEqual([]);
      expect(yield* codeOf(client.readResource({ uri: "executor://up/test://a" }))).toBe(-32_602);
      expect(client.getInstructions()).toMatch(/\n- up: /);
      expect(client.getInstructions()).not.toMatch(/\n- other: /);
    }).pipe(Effect.provide(served())),
  );
});

describe("a client that listens", () => {
  it.scopedLive("is told that resources and prompts may have changed", () =>
    Effect.gen(function* () {
      const heard: Array<string> = [];
      const { client } = yield* connect();
      client.fallbackNotificationHandler = async ({ method }) => void heard.push(method);
      const { sources } = yield* Served;
      yield* sources.add(source("another"));
      yield* untilEffect("it heard of all lists", () => heard.length === 3);
      expect(heard.toSorted()).toEqual([
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/tools/list_changed",
      ]);
    }).pipe(Effect.provide(served())),
  );
});
