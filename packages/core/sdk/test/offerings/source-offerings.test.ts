import { describe, expect, it } from "@effect/vitest";
import { respellings } from "@executor/testing";
import { total } from "@executor/testing/series";
import { Effect, Fiber, Schema, TestClock } from "effect";
import fc from "fast-check";
import { Policy, PolicyPattern } from "../../src/model/policy.ts";
import { ToolAnnotations } from "../../src/model/tool.ts";
import { SourceOfferings } from "../../src/offerings/source-offerings.ts";
import { Policies } from "../../src/policies/policies.ts";
import { Sources } from "../../src/sources/sources.ts";
import { inScope, ToolScope } from "../../src/toolkits/tool-scope.ts";
import { ToolkitName } from "../../src/toolkits/toolkit.ts";
import { Toolkits } from "../../src/toolkits/toolkits.ts";
import { Asked, layerOffering, offeringSource } from "../support/offering-plugin.ts";

const namespaces = ["one", "two", "three"];
const name = ToolkitName.make("kit");
const readOnly = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});

const patterns = fc
  .tuple(
    fc.constantFrom(...namespaces, "*"),
    fc.constantFrom("resources.read", "resources.*", "prompts.get", "*.get", "*", "echo"),
  )
  .map((parts) => PolicyPattern.make(parts.join(".")));
const policies = fc.uniqueArray(
  fc.record({
    pattern: patterns,
    decision: fc.constantFrom("allow" as const, "approve" as const, "block" as const),
  }),
  { maxLength: 4, selector: ({ pattern }) => pattern },
);
const spellings = fc.array(fc.constantFrom(...respellings), { maxLength: 2 });

const decode = Schema.decodeUnknownSync(Schema.Array(Policy));

const addAll = Effect.flatMap(Sources, (sources) =>
  Effect.forEach(namespaces, (namespace) => sources.add(offeringSource(namespace))),
);

const put = (tools: ReadonlyArray<PolicyPattern>) =>
  Effect.flatMap(Toolkits, (toolkits) =>
    Effect.catchTag(toolkits.edit(name, { tools }), "ToolkitNotFound", () =>
      toolkits.add({ name, tools, description: "", policies: [], listTools: false }),
    ),
  );

/** Everything that a client gets of this source, by names that are respelled. */
const attack = (namespace: string, respell: (text: string) => string) =>
  Effect.gen(function* () {
    const offerings = yield* SourceOfferings;
    const uri = respell(`executor://${namespace}/test://a`);
    const prompt = respell(`${namespace}.p`);
    const argument = { name: "x", value: "" };
    const optional = <A, E>(use: Effect.Effect<A, E>) =>
      Effect.map(Effect.option(use), (got) => JSON.stringify(got));
    return {
      resources: [
        JSON.stringify(yield* offerings.resources),
        JSON.stringify(yield* offerings.templates),
        yield* optional(offerings.read(uri)),
        yield* optional(Effect.as(offerings.subscribe(uri, Effect.void), uri)),
        yield* optional(offerings.complete({ ref: { type: "ref/resource", uri }, argument })),
      ],
      prompts: [
        JSON.stringify(yield* offerings.prompts),
        yield* optional(offerings.fillPrompt(prompt, {})),
        yield* optional(
          offerings.complete({ ref: { type: "ref/prompt", name: prompt }, argument }),
        ),
      ],
    };
  });

const ofSource = (namespace: string) =>
  new RegExp(`of ${namespace}\\.test|executor://${namespace}/|"${namespace}\\.p"`);

describe("SourceOfferings", () => {
  it.effect(
    "gives what the policies allow and the toolkit has, by any spelling, and no more",
    () =>
      Effect.gen(function* () {
        yield* addAll;
        const runtime = yield* Effect.runtime<SourceOfferings | Policies | Toolkits>();
        const property = Effect.fn(function* (
          rules: ReadonlyArray<object>,
          tools: ReadonlyArray<PolicyPattern>,
          respell: (text: string) => string,
        ) {
          const { decide, replace } = yield* Policies;
          yield* replace(decode(rules));
          yield* put(tools);
          const toolkits = yield* Toolkits;
          for (const namespace of namespaces) {
            const got = yield* toolkits.within(name)(attack(namespace, respell));
            const plain = yield* toolkits.within(name)(attack(namespace, (text) => text));
            const scope = yield* toolkits.within(name)(ToolScope);
            for (const [kind, address] of [
              ["resources", `${namespace}.resources.read`],
              ["prompts", `${namespace}.prompts.get`],
            ] as const) {
              const isAllowed =
                inScope(scope, address) && (yield* decide(address, readOnly)) === "allow";
              const source = ofSource(namespace);
              if (isAllowed) expect(plain[kind].every((text) => source.test(text))).toBe(true);
              else
                expect([...plain[kind], ...got[kind]].some((text) => source.test(text))).toBe(
                  false,
                );
            }
          }
        });
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              policies,
              fc.uniqueArray(patterns, { minLength: 1, maxLength: 3 }),
              spellings,
              (rules, tools, respell) =>
                Effect.runPromise(
                  Effect.provide(
                    property(rules, tools, (text) =>
                      respell.reduce((given, change) => change(given), text),
                    ),
                    runtime,
                  ),
                ),
            ),
            { numRuns: 100 },
          ),
        );
      }).pipe(Effect.provide(layerOffering)),
    120_000,
  );

  it.effect("says why something is refused", () =>
    Effect.gen(function* () {
      yield* addAll;
      const { replace } = yield* Policies;
      const offerings = yield* SourceOfferings;
      yield* replace(
        decode([
          { pattern: "one.*", decision: "block" },
          { pattern: "two.resources.read", decision: "approve" },
        ]),
      );
      const refusal = (namespace: string) =>
        Effect.flip(offerings.read(`executor://${namespace}/test://a`));
      expect(yield* refusal("one")).toMatchObject({
        outcome: "blocked",
        errorType: "blocked_by_policy",
        message: expect.stringContaining("one.resources.read"),
      });
      expect(yield* refusal("two")).toMatchObject({ errorType: "needs_approval" });
      const sources = yield* Sources;
      yield* sources.edit("three", { enabled: false });
      expect(yield* refusal("three")).toMatchObject({ errorType: "source_disabled" });
      expect(yield* offerings.resources).toEqual([]);
      expect(yield* refusal("nine")).toMatchObject({
        outcome: "invalid_input",
        errorType: "unknown_resource",
      });
    }).pipe(Effect.provide(layerOffering)),
  );

  it.effect("keeps credentials out of all that it gives", () =>
    Effect.gen(function* () {
      const credential = "s3cr3t-value-of-one";
      yield* (yield* Sources).add(offeringSource("one", { authorization: credential }));
      const offerings = yield* SourceOfferings;
      const argument = { name: "x", value: "" };
      const given = JSON.stringify([
        yield* offerings.resources,
        yield* offerings.read("executor://one/test://a"),
        yield* offerings.fillPrompt("one.p", {}),
        yield* offerings.complete({ ref: { type: "ref/prompt", name: "one.p" }, argument }),
      ]);
      expect(given).not.toContain(credential);
      expect(given.match(/\[redacted\]/g)).toHaveLength(4);
      expect((yield* offerings.resources).map(({ uri }) => uri)).toEqual([
        "executor://one/test://a",
      ]);
    }).pipe(Effect.provide(layerOffering)),
  );

  it.effect("leaves sources out that fail, or do not answer in time", () =>
    Effect.gen(function* () {
      yield* addAll;
      const asked = yield* Asked;
      asked.silent.add("one.test");
      asked.failing.add("two.test");
      const offerings = yield* SourceOfferings;
      const timeouts = () =>
        total("executor.offering.requests", {
          "mcp.method.name": "resources/list",
          "executor.source": "one",
          outcome: "timeout",
        });
      const before = timeouts();
      const listing = yield* Effect.fork(offerings.resources);
      yield* TestClock.adjust("10 seconds");
      const listed = yield* Fiber.join(listing);
      expect(new Set(listed.map(({ uri }) => uri.split("/")[2]))).toEqual(new Set(["three"]));
      expect(timeouts()).toBe(before + 1);
    }).pipe(Effect.provide(layerOffering)),
  );

  it.effect(
    "reads the lists once for those who ask at the same time, also if the first goes away",
    () =>
      Effect.gen(function* () {
        yield* (yield* Sources).add(offeringSource("one"));
        const asked = yield* Asked;
        asked.silent.add("one.test");
        const offerings = yield* SourceOfferings;
        const first = yield* Effect.fork(offerings.resources);
        yield* TestClock.adjust("1 second");
        const second = yield* Effect.fork(offerings.prompts);
        yield* TestClock.adjust("1 second");
        yield* Fiber.interrupt(first);
        yield* TestClock.adjust("8 seconds");
        expect(yield* Fiber.join(second)).toEqual([]);
        expect(asked.lists).toBe(1);
        asked.silent.clear();
        yield* TestClock.adjust("6 seconds");
        expect(yield* offerings.prompts).toHaveLength(1);
        expect(yield* offerings.resources).toHaveLength(2);
        expect(asked.lists).toBe(2);
        yield* (yield* Sources).refresh("one");
        yield* offerings.resources;
        expect(asked.lists).toBe(3);
      }).pipe(Effect.provide(layerOffering)),
  );
});
