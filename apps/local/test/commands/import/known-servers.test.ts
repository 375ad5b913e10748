import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { type ClientEntry, readClientFile } from "../../../src/commands/import/client-file.ts";
import { KnownServers } from "../../../src/commands/import/known-servers.ts";
import { freeNamespace, namespaceOf } from "../../../src/commands/import/names.ts";

type Sources = ConstructorParameters<typeof KnownServers>[0];

const entriesOf = (file: unknown): ReadonlyArray<ClientEntry> => {
  const read = readClientFile(JSON.stringify(file), false);
  if (typeof read === "string") throw new Error(read);
  return read.entries;
};

/** Imports entries as the command does, and gives the namespace of each new source, or why there is none. */
const importing = (sources: Sources, entries: ReadonlyArray<ClientEntry>) => {
  const known = new KnownServers(sources, entries);
  const outcomes = entries.map((entry) => {
    const plan = {
      url: "stdio:npx",
      namespace: freeNamespace(namespaceOf(entry.name), known.taken(entry)),
    };
    const reason = known.reasonToSkip(entry, plan);
    if (reason !== undefined) return reason;
    known.add(entry, plan);
    return plan.namespace;
  });
  const added = outcomes.filter((outcome) => !outcome.includes(" "));
  const after: Sources = [
    ...sources,
    ...added.map((namespace) => ({ namespace, kind: "mcp" as const, url: "stdio:npx" })),
  ];
  return { outcomes, after };
};

const npx = (...args: ReadonlyArray<string>) => ({ command: "npx", args });

describe("servers of a file", () => {
  it("that run the same program with other arguments are all added, and none twice", () => {
    const projects = {
      "/a": { mcpServers: { db: npx("one") } },
      "/b": { mcpServers: { db: npx("two") } },
      "/c": { mcpServers: { db: npx("one") } },
    };
    const entries = entriesOf({ mcpServers: { db_2: npx("three") }, projects });
    const { after, outcomes } = importing([], entries);
    expect(outcomes).toEqual([
      "db_2",
      "db",
      "db_3",
      "the file has it twice, and it is there as db",
    ]);
    expect(importing(after, entries).outcomes).toEqual([
      "it is there already as db_2",
      "it is there already as db",
      "it is there already as db_3",
      "the file has it twice, and it is there as db",
    ]);
  });

  it("are not those of another place or another name", () => {
    const sources: Sources = [
      { namespace: "db", kind: "mcp", url: "stdio:uvx" },
      { namespace: "a", kind: "openapi", url: "stdio:npx" },
    ];
    const entries = entriesOf({ mcpServers: { db: npx(), a: npx(), executor: npx() } });
    const { after, outcomes } = importing(sources, entries);
    expect(outcomes).toEqual(["db_2", "a_2", "executor_2"]);
    expect(importing(after, entries).after).toEqual(after);
  });

  it("start in the folder of their project", () => {
    const entries = entriesOf({ projects: { "/a": { mcpServers: { db: npx() } } } });
    expect(entries).toMatchObject([{ name: "db", project: "/a" }]);
  });

  it("are all there after an import, and another one adds nothing, whatever their names are", () => {
    const name = fc.oneof(
      fc.constantFrom("db", "DB", "db 2", "db_2", "db_3", "db_2_2", "executor", "x".repeat(70)),
      fc.string(),
    );
    const table = fc.dictionary(name, fc.record({ args: fc.nat(2) }), { maxKeys: 6 });
    fc.assert(
      fc.property(table, table, table, (mcpServers, one, two) => {
        const projects = { "/a": { mcpServers: one }, "/b": { mcpServers: two } };
        const entries = entriesOf({ mcpServers, projects });
        const different = new Set(
          entries.map((entry) => JSON.stringify([entry.name, entry.value])),
        );
        const { after } = importing([], entries);
        expect(after).toHaveLength(different.size);
        expect(importing(after, entries).after).toEqual(after);
      }),
    );
  });
});
