import type { Source } from "@executor/sdk/schemas";
import { isDeepStrictEqual } from "node:util";
import type { ClientEntry } from "./client-file.ts";
import type { SourcePlan } from "./entry.ts";
import { isNumbered, namespaceOf } from "./names.ts";

type Known = Pick<Source, "kind" | "url"> & { readonly namespace: string };

/**
 * Which servers of a file are there already. Lists show no arguments, so a source is taken for a server by its namespace and
 * place, and for one server of the file only: two that run the same program with other arguments are two.
 */
export class KnownServers {
  /** In order of the file, with those that this import adds. */
  readonly #sources: Array<Known>;
  readonly #wanted: ReadonlySet<string>;
  /** Sources that stand for entries of the file, by their namespaces. */
  readonly #entries = new Map<string, ClientEntry>();

  constructor(sources: ReadonlyArray<Known>, file: ReadonlyArray<ClientEntry>) {
    this.#sources = [...sources];
    this.#wanted = new Set(file.map(({ name }) => namespaceOf(name)));
  }

  /** Namespaces that a new source of an entry cannot have: those of sources, and those that other entries are named for. */
  taken({ name }: ClientEntry): ReadonlySet<string> {
    const taken = new Set(this.#wanted);
    taken.delete(namespaceOf(name));
    for (const { namespace } of this.#sources) taken.add(namespace);
    return taken;
  }

  /** Why an entry needs no source of its own; `undefined` if it does. */
  reasonToSkip(entry: ClientEntry, { url }: Pick<SourcePlan, "url">): string | undefined {
    for (const [namespace, { name, value }] of this.#entries) {
      if (name === entry.name && isDeepStrictEqual(value, entry.value)) {
        return `the file has it twice, and it is there as ${namespace}`;
      }
    }
    const wanted = namespaceOf(entry.name);
    const open = this.#sources.filter(
      (source) =>
        source.kind === "mcp" && source.url === url && !this.#entries.has(source.namespace),
    );
    const same =
      open.find(({ namespace }) => namespace === wanted) ??
      open.find(({ namespace }) => isNumbered(namespace, wanted) && !this.#wanted.has(namespace));
    if (same === undefined) return undefined;
    this.#entries.set(same.namespace, entry);
    return `it is there already as ${same.namespace}`;
  }

  /** Notes that an entry gets a source. */
  add(entry: ClientEntry, { namespace, url }: Pick<SourcePlan, "namespace" | "url">): void {
    this.#sources.push({ namespace, kind: "mcp", url });
    this.#entries.set(namespace, entry);
  }
}
