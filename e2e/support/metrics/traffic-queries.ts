import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../../..");
const kit = join(repository, "packages/observability");

/** A query that is committed for operators, and where it stands. */
export interface CommittedQuery {
  readonly from: string;
  readonly expression: string;
}

const fences = (path: string): ReadonlyArray<CommittedQuery> =>
  [...readFileSync(join(repository, path), "utf8").matchAll(/```promql\n([\s\S]*?)```/g)].map(
    ([, expression = ""]) => ({ from: path, expression: expression.trim() }),
  );

const panelQueries = (): ReadonlyArray<CommittedQuery> =>
  readdirSync(join(kit, "dashboards")).flatMap((file) =>
    expressionsIn(JSON.parse(readFileSync(join(kit, "dashboards", file), "utf8")), "").map(
      ({ title, expression }) => ({ from: `${file}: ${title}`, expression }),
    ),
  );

/** Each `expr` below a value, under the title of its panel. */
const expressionsIn = (
  value: unknown,
  title: string,
): ReadonlyArray<{ readonly title: string; readonly expression: string }> => {
  if (typeof value !== "object" || value === null) return [];
  const named = "title" in value && typeof value.title === "string" ? value.title : title;
  const own =
    "expr" in value && typeof value.expr === "string"
      ? [{ title: named, expression: value.expr }]
      : [];
  return [...own, ...Object.values(value).flatMap((inner) => expressionsIn(inner, named))];
};

/** Queries that answer an operator, in Grafana's and the documentation's words. */
export const committedQueries = (): ReadonlyArray<CommittedQuery> => [
  ...panelQueries(),
  ...fences("docs/metrics.md"),
];

/** What the alerts ask, as the runbooks have it. */
export const alertQueries = (): ReadonlyArray<CommittedQuery> =>
  fences("packages/observability/RUNBOOKS.md");

/** A metric as METRICS.md has it. */
export interface CatalogueMetric {
  /** Prometheus's. */
  readonly name: string;
  /** Values by Prometheus's label; absent where the page describes them in words. */
  readonly labels: ReadonlyMap<string, ReadonlyArray<string>>;
}

export const readCatalogue = (): ReadonlyArray<CatalogueMetric> =>
  readFileSync(join(repository, "METRICS.md"), "utf8")
    .split("\n### ")
    .filter((section) => section.includes("- Prometheus: "))
    .map((section) => ({
      name: /- Prometheus: `(\w+)`/.exec(section)?.[1] ?? "",
      labels: new Map(
        [...section.matchAll(/^\| `[^`]+` \| `(\w+)` \| ((?:`[^`]*`(?:, )?)+) \|$/gm)].map(
          ([, label = "", values = ""]) => [label, values.slice(1, -1).split("`, `")],
        ),
      ),
    }));

/** A query as Grafana sends it with everything chosen, and windows as long as the traffic. */
export const filledIn = (expression: string, window: string): string =>
  expression
    .replaceAll(/\$(job|instance|source)\b/g, ".+")
    .replaceAll(/\[(?:\d+\w+|\$__\w+)\]/g, `[${window}]`);

/** Without the comparisons at its end, which only leave out series. */
export const unfiltered = (expression: string): string =>
  expression.replace(/ (?:>|==) 0\)?$/, (end) => (end.endsWith(")") ? ")" : ""));

/** Names of the series that a query reads, and of the labels that it uses. */
export const namesIn = (
  expression: string,
): { readonly metrics: ReadonlySet<string>; readonly labels: ReadonlySet<string> } => {
  const clauses = [...expression.matchAll(clause)].flatMap(([, list = ""]) => list.split(","));
  const matchers = [...expression.matchAll(braces)].flatMap(([text]) =>
    [...text.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = ""]) => label),
  );
  const rest = expression
    .replaceAll(braces, "")
    .replaceAll(clause, "")
    .replaceAll(/\[[^\]]*\]/g, "");
  const words = [...rest.matchAll(/\b[a-zA-Z_][\w:]*\b(?!\()/g)].map(([word]) => word);
  return {
    metrics: new Set(
      words.filter((word) => word.includes("_") || word === "up" || word === "ALERTS"),
    ),
    labels: new Set([...clauses.map((label) => label.trim()), ...matchers].filter(Boolean)),
  };
};

const clause = /\b(?:by|on|without|ignoring) \(([^)]*)\)/g;
const braces = /\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\}/g;
