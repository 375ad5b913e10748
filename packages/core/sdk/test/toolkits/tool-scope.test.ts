import { describe, expect, it } from "@effect/vitest";
import { respellings } from "@executor/testing";
import { Effect, Either, Schema } from "effect";
import fc from "fast-check";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import type { Json } from "../../src/model/json.ts";
import { ToolAnnotations } from "../../src/model/tool.ts";
import { Elicitor } from "../../src/approvals/elicitation.ts";
import { Policies } from "../../src/policies/policies.ts";
import { Policy, PolicyPattern } from "../../src/model/policy.ts";
import { Sources } from "../../src/sources/sources.ts";
import { Toolkits } from "../../src/toolkits/toolkits.ts";
import { inScope, ToolScope } from "../../src/toolkits/tool-scope.ts";
import { ToolkitName } from "../../src/toolkits/toolkit.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";

const segments = ["a", "b", "call", "constructor", "__proto__", "list", "A"];
const namespaces = ["one", "two", "three", "executor_"];

const paths = fc.uniqueArray(
  fc
    .array(fc.constantFrom(...segments), { minLength: 1, maxLength: 3 })
    .map((all) => all.join(".")),
  { minLength: 1, maxLength: 5 },
);
const catalogues = fc.dictionary(fc.constantFrom(...namespaces), paths, { minKeys: 1 });

const patterns = fc
  .tuple(
    fc.constantFrom(...namespaces, "*"),
    fc.array(fc.constantFrom(...segments, "*"), { minLength: 1, maxLength: 3 }),
  )
  .map(([first, rest]) => [first, ...rest].join("."));

const attacks = fc.array(fc.constantFrom(...respellings), { minLength: 1, maxLength: 3 });

/** What the documentation says of patterns, as a regular expression. */
const matches = (pattern: string, address: string): boolean => {
  const open = pattern.endsWith("*");
  const text = (open ? pattern.slice(0, -1) : pattern)
    .replaceAll(/[.$]/g, String.raw`\$&`)
    .replaceAll("*", "[^.]+");
  return new RegExp(`^${text}${open ? ".+" : ""}$`).test(address);
};

const name = ToolkitName.make("kit");

const put = (tools: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const toolkits = yield* Toolkits;
    const edit = { tools: tools.map((pattern) => PolicyPattern.make(pattern)) };
    yield* toolkits
      .edit(name, edit)
      .pipe(
        Effect.catchTag("ToolkitNotFound", () =>
          toolkits.add({ ...edit, name, description: "", policies: [], listTools: false }),
        ),
      );
  });

const decode = Schema.decodeUnknownSync(Schema.Array(Policy));
const decodePolicies = (given: Readonly<Record<string, string>>) =>
  decode(Object.entries(given).map(([pattern, decision]) => ({ pattern, decision })));

const writes = new ToolAnnotations({ readOnly: false, destructive: false, requiresApproval: true });

interface Answer {
  readonly data?: string;
  readonly error?: string;
}

/** A call as agent code makes it: its data, or the message of its error. */
const call = (address: string, input: Json) =>
  Effect.gen(function* () {
    const toolkits = yield* Toolkits;
    const invoker = yield* ToolInvoker;
    const result = yield* Effect.either(
      toolkits.within(name)(
        Effect.map(invoker.call(address, input), ({ data }) => JSON.stringify(data)),
      ),
    );
    return Either.match(result, {
      onLeft: ({ message }): Answer => ({ error: message }),
      onRight: (data): Answer => ({ data }),
    });
  });

/** Adds the catalogue, attacks every tool that is outside of the toolkit, and removes the catalogue again. */
const attack = Effect.fn("attack")(function* (
  catalogue: Readonly<Record<string, ReadonlyArray<string>>>,
  patternsGiven: ReadonlyArray<string>,
  respell: ReadonlyArray<(address: string) => string>,
) {
  const sources = yield* Sources;
  for (const [namespace, all] of Object.entries(catalogue)) {
    const tools = all.map((path) => ({ path, description: `zebra ${namespace}` }));
    yield* sources.add(fixtureSource(namespace, tools));
  }
  yield* put(patternsGiven);
  const addresses = Object.entries(catalogue).flatMap(([namespace, all]) =>
    all.map((path) => `${namespace}.${path}`),
  );
  const isInside = (address: string): boolean =>
    patternsGiven.some((pattern) => matches(pattern, address));
  const inside = addresses.filter(isInside).toSorted();
  const outside = addresses.filter((address) => !isInside(address));

  const found = yield* call("executor.tools.search", { query: "zebra", limit: 100 });
  expect(pathsIn(found.data).toSorted()).toEqual(inside);
  const listed = yield* call("executor.sources.list", {});
  const namespacesListed = [...(listed.data ?? "").matchAll(/"namespace":"(\w+)"/g)];
  expect(namespacesListed.map(([, namespace]) => namespace)).toEqual(
    Object.keys(catalogue)
      .filter((namespace) => inside.some((address) => address.startsWith(`${namespace}.`)))
      .concat("executor")
      .toSorted(alphabetically),
  );
  for (const address of inside) {
    expect(yield* call(address, { x: 1 })).toEqual({ data: '{"x":1}' });
    expect((yield* call("executor.tools.describe", { path: address })).data).toContain(address);
  }
  for (const address of outside) {
    const spelled = respell.reduce((text, change) => change(text), address);
    if (inside.includes(spelled)) continue;
    const answers = [
      yield* call(spelled, {}),
      yield* call("executor.tools.describe", { path: spelled }),
      yield* call("executor.tools.search", { query: spelled }),
      yield* call("executor.tools.search", { query: "zebra", namespace: spelled }),
    ];
    expect(answers.slice(0, 2).every(({ error }) => error?.startsWith("There is no tool "))).toBe(
      true,
    );
    for (const { data, error } of answers) {
      expect(
        pathsIn(data).filter((path) => !isInside(path) && !path.startsWith("executor.")),
      ).toEqual([]);
      const similar = error?.split("Similar: ")[1]?.slice(0, -1).split(", ") ?? [];
      expect(similar.filter((path) => !isInside(path) && !path.startsWith("executor."))).toEqual(
        [],
      );
    }
  }
  for (const namespace of Object.keys(catalogue)) yield* sources.remove(namespace);
});

const alphabetically = (left: string, right: string): number => (left < right ? -1 : 1);

const pathsIn = (json = ""): ReadonlyArray<string> =>
  [...json.matchAll(/"path":"([^"]+)"/g)].map(([, path = ""]) => path);

describe("ToolScope", () => {
  it.effect(
    "leaves of all tools exactly those that the patterns cover, over search, describe, sources and calls",
    () =>
      Effect.gen(function* () {
        const runtime = yield* Effect.runtime<Sources | Toolkits | ToolInvoker>();
        const removeAll = Effect.flatMap(Sources, (sources) =>
          Effect.forEach(namespaces, (namespace) => Effect.ignore(sources.remove(namespace))),
        );
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              catalogues,
              fc.uniqueArray(patterns, { minLength: 1, maxLength: 3 }),
              attacks,
              async (catalogue, tools, respell) => {
                const attacked = Effect.ensuring(attack(catalogue, tools, respell), removeAll);
                await Effect.runPromise(Effect.provide(attacked, runtime));
              },
            ),
            { numRuns: 100 },
          ),
        );
      }).pipe(Effect.provide(layerFixture)),
    120_000,
  );

  it.effect("takes no other built-in tool for one that looks up, unless a pattern names it", () =>
    Effect.gen(function* () {
      yield* put(["*"]);
      const scope = yield* (yield* Toolkits).within(name)(ToolScope);
      const builtIn = ["executor.sources.add", "executor.run", "executor.tools.search.x"];
      expect(builtIn.filter((address) => inScope(scope, address))).toEqual([]);
      expect(inScope(scope, "executor.tools.search")).toBe(true);
      yield* put(["executor.sources.*"]);
      expect(inScope(scope, "executor.sources.add")).toBe(true);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("judges patterns at each call, also while a person thinks", () =>
    Effect.gen(function* () {
      const toolkits = yield* Toolkits;
      const invoker = yield* ToolInvoker;
      yield* (yield* Sources).add(
        fixtureSource("one", [{ path: "a" }, { path: "write", writes: true }]),
      );
      yield* put(["two.*"]);
      const context = yield* Effect.context<Toolkits>();
      const begun = yield* toolkits.within(name)(
        Effect.gen(function* () {
          const before = yield* Effect.either(invoker.call("one.a", {}));
          yield* put(["one.*"]);
          const after = yield* Effect.either(invoker.call("one.a", {}));
          const approved = yield* Effect.either(
            Effect.provideService(invoker.call("one.write", {}), Elicitor, {
              elicit: () =>
                Effect.as(Effect.provide(put(["one.a"]), context).pipe(Effect.orDie), {
                  action: "accept" as const,
                }),
            }),
          );
          yield* toolkits.remove(name).pipe(Effect.orDie);
          const removed = yield* Effect.either(invoker.call("one.a", {}));
          const search = yield* Effect.either(
            invoker.call("executor.tools.search", { query: "a" }),
          );
          return [before, after, approved, removed, search].map(
            Either.match({ onLeft: (error) => error.errorType, onRight: () => "ok" }),
          );
        }),
      );
      expect(begun).toEqual([
        "unknown_tool",
        "ok",
        "unknown_tool",
        "toolkit_removed",
        "toolkit_removed",
      ]);
      expect((yield* invoker.call("one.a", {})).data).toEqual({});
      expect((yield* Effect.flip(toolkits.within(name)(Effect.void))).message).toBe(
        "There is no toolkit kit. It was removed, or never added.",
      );
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("lets a toolkit's own policies decide first, but for what a policy of all blocks", () =>
    Effect.gen(function* () {
      const toolkits = yield* Toolkits;
      const policies = yield* Policies;
      yield* toolkits.add({
        name,
        description: "",
        tools: [PolicyPattern.make("*")],
        policies: decodePolicies({ "*": "block", "one.write": "allow", "one.erase": "allow" }),
        listTools: false,
      });
      yield* policies.replace(decodePolicies({ "one.a": "allow", "one.erase": "block" }));
      const decide = (address: string) => policies.decide(address, writes);
      const decisions = Effect.forEach(["one.a", "one.write", "one.erase", "two.b"], decide);
      expect(yield* decisions).toEqual(["allow", "approve", "block", "approve"]);
      expect(yield* toolkits.within(name)(decisions)).toEqual(["block", "allow", "block", "block"]);
    }).pipe(Effect.provide(layerFixture)),
  );
});
