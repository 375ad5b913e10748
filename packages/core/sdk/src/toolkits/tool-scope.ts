import { Context } from "effect";
import { covers, type PolicyDecision } from "../model/policy.ts";
import type { Toolkit, ToolkitName } from "./toolkit.ts";

/** All tools, or those of one toolkit as it is at the moment of each question. */
export type Scope =
  | { readonly _tag: "Everything" }
  | {
      readonly _tag: "Toolkit";
      readonly name: ToolkitName;
      /** The toolkit now; `undefined` once it is removed, for good. Another object after each change. */
      readonly current: () => Toolkit | undefined;
    };

const everything: Scope = { _tag: "Everything" };

/**
 * Tools that exist for whoever the current fiber works for. It travels with the fiber of an execution and its calls; the catalogue,
 * the sources, the policies and the executions consult it, so that no surface has to. `Toolkits.within` sets it.
 */
export class ToolScope extends Context.Reference<ToolScope>()("@executor/sdk/ToolScope", {
  defaultValue: (): Scope => everything,
}) {}

/** Name of the scope's toolkit; `null` for everything. */
export const toolkitOf = (scope: Scope): ToolkitName | null =>
  scope._tag === "Everything" ? null : scope.name;

/** Built-in tools by which agents find those of a toolkit: they answer within the scope. Others need a pattern that names them. */
const lookups: ReadonlySet<string> = new Set([
  "executor.sources.list",
  "executor.tools.describe",
  "executor.tools.search",
]);

/** Whether a toolkit has the tool at this address. */
export const includes = ({ tools }: Toolkit, address: string): boolean =>
  lookups.has(address) || tools.some((pattern) => covers(pattern, address));

/** Whether the tool at this address exists in the scope. A removed toolkit has none. */
export const inScope = (scope: Scope, address: string): boolean => {
  if (scope._tag === "Everything") return true;
  const toolkit = scope.current();
  return toolkit !== undefined && includes(toolkit, address);
};

/** Decision of the toolkit's own policies about a tool, if one covers it. They stand with the most specific first. */
export const scopedDecision = (scope: Scope, address: string): PolicyDecision | undefined =>
  scope._tag === "Everything"
    ? undefined
    : scope.current()?.policies.find(({ pattern }) => covers(pattern, address))?.decision;
