import {
  counter,
  distribution,
  durationSeconds,
  gauge,
  histogram,
  httpDurationSeconds,
  perOrganization,
  sizeBytes,
  tokenCounts,
} from "@executor/telemetry";
import { DateTime } from "effect";
import type { SourceKind } from "./model/source.ts";
import { SourceStatus } from "./model/source-state.ts";
import { toolCallOutcomes } from "./model/tool.ts";

const tools = perOrganization(() => ({ count: 0 }));

/** Sets how many tools the catalogue has: the label budget of the tool metrics grows with it. */
export const setToolCount = (count: number): void => {
  tools().count = count;
};

const smallestToolBudget = 2_000;
const perTool = (sets: number) => () => Math.max(smallestToolBudget, (tools().count + 1) * sets);

export const toolCalls = counter({
  name: "executor.tool.calls",
  description: "Tool calls by their outcome.",
  unit: "{call}",
  labels: ["mcp.tool.name", "executor.source", "outcome"],
  maxLabelSets: perTool(toolCallOutcomes.length),
});

/** Tools whose durations are told apart, the first that are called; `EXECUTOR_METRICS_MAX_SERIES_PER_METRIC` sets another number. */
const detailedTools = 8;

export const toolCallDuration = histogram({
  name: "executor.tool.call.duration",
  description: "Time from a tool call to its result or error, waiting for people left out.",
  unit: "s",
  labels: ["mcp.tool.name", "executor.source"],
  maxLabelSets: perTool(1),
  detail: { label: "mcp.tool.name", sets: detailedTools },
  boundaries: durationSeconds,
});

export const toolCallErrors = counter({
  name: "executor.tool.call.errors",
  description:
    "Tool calls that failed, by what went wrong. Blocked, declined and cancelled ones did not.",
  unit: "{error}",
  labels: ["executor.source", "error.type"],
});

export const toolCallRefusals = counter({
  name: "executor.tool.call.refusals",
  description: "Tool calls that a policy, a person or the source's settings stopped.",
  unit: "{call}",
  labels: ["executor.source", "reason"],
});

export const toolInputUnchecked = counter({
  name: "executor.tool.input.unchecked",
  description: "Inputs of tool calls that were not checked, or not against the whole schema.",
  unit: "{input}",
  labels: ["executor.source", "reason"],
});

export const toolResultSize = histogram({
  name: "executor.tool.result.size",
  description: "Size of the replies that tool calls got.",
  unit: "By",
  labels: ["executor.source"],
  boundaries: sizeBytes,
});

export const offeringRequests = counter({
  name: "executor.offering.requests",
  description:
    "Requests of clients to a source for what it offers beside tools (resources, prompts, completions), by their outcome.",
  unit: "{request}",
  labels: ["mcp.method.name", "executor.source", "outcome"],
});

const toolDefinitionTokens = distribution({
  name: "executor.tool.definition.tokens",
  description:
    "Estimated tokens of the definitions that the source's tools have now: name, description and input schema.",
  unit: "{token}",
  labels: ["executor.source"],
  boundaries: tokenCounts,
});

export const toolListingTokens = gauge({
  name: "executor.tool.listing.tokens",
  description:
    "Estimated tokens of a list of tools in a client's context: of the one that clients get, by code mode, and of one with every tool.",
  unit: "{token}",
  labels: ["listing"],
});

export const sourceUp = gauge({
  name: "executor.source.up",
  description: "1 where the last exchange with the source worked, 0 where it could not be reached.",
  unit: "",
  labels: ["executor.source", "kind"],
});

export const sourceState = gauge({
  name: "executor.source.state",
  description: "1 for the state that the source is in.",
  unit: "",
  labels: ["executor.source", "state"],
});

export const sourceTools = gauge({
  name: "executor.source.tools",
  description: "Tools that the source offers.",
  unit: "{tool}",
  labels: ["executor.source", "kind"],
});

export const sourceLastSuccess = gauge({
  name: "executor.source.last_success.timestamp",
  description: "When the last exchange with the source worked, in seconds since the Unix epoch.",
  unit: "s",
  labels: ["executor.source"],
});

/** The one count of calls that stands at 0 before the first call: its label sets are few, those of `executor.tool.calls` are not. */
export const sourceCalls = counter({
  name: "executor.source.calls",
  description: "Calls of all tools of a source by their outcome, from 0 on for each outcome.",
  unit: "{call}",
  labels: ["executor.source", "outcome"],
});

export const sourceConnects = counter({
  name: "executor.source.connects",
  description: "Attempts to read a source's description, by their outcome.",
  unit: "{connect}",
  labels: ["executor.source", "outcome"],
});

/** Values of the label `outcome` of `executor.source.connects`. */
export const connectOutcomes = ["ok", "error"] as const;

export const httpClientRequestDuration = histogram({
  name: "http.client.request.duration",
  description: "Time of requests to upstreams, from sending to the end of the reply.",
  unit: "s",
  labels: [
    "executor.source",
    "server.address",
    "server.port",
    "http.request.method",
    "http.response.status_code",
    "error.type",
  ],
  boundaries: httpDurationSeconds,
});

/** Source that a measurement is about. */
interface Subject {
  readonly namespace: string;
  readonly kind: SourceKind;
}

const sourceLabels = ({ namespace, kind }: Subject) => ({ "executor.source": namespace, kind });

/** Namespaces of the existing sources: a call that outlives its source must not bring the source's series back. */
const present = perOrganization(() => new Set<string>());

/** Records that an exchange with the source worked. */
export const recordSourceWorked = (source: Subject, at: DateTime.Utc): void => {
  if (!present().has(source.namespace)) return;
  sourceUp.set(1, sourceLabels(source));
  sourceLastSuccess.set(DateTime.toEpochMillis(at) / 1000, { "executor.source": source.namespace });
};

/** Records that the source could not be reached, or that its answer could not be used. */
export const recordSourceFailed = (source: Subject): void => {
  if (present().has(source.namespace)) sourceUp.set(0, sourceLabels(source));
};

/** Records the state that a source is in. The built-in one is always ready. */
export const recordSourceState = ({ namespace, kind }: Subject, status: SourceStatus): void => {
  if (kind === "executor" || !present().has(namespace)) return;
  forgetStates(namespace, status);
  sourceState.set(1, { "executor.source": namespace, state: status });
};

const forgetStates = (namespace: string, kept?: SourceStatus): void => {
  for (const state of SourceStatus.literals) {
    if (state !== kept) sourceState.remove({ "executor.source": namespace, state });
  }
};

const definitionTokens = perOrganization(() => new Map<string, number>());

/** Records what the source's tools would cost a client that lists them, if that is known. A disabled source's are not listed. */
export const recordDefinitionTokens = (
  { namespace, enabled }: { readonly namespace: string; readonly enabled: boolean },
  tokens: ReadonlyArray<number> | null,
): void => {
  const totals = definitionTokens();
  if (tokens === null) toolDefinitionTokens.remove({ "executor.source": namespace });
  else toolDefinitionTokens.replace(tokens, { "executor.source": namespace });
  if (tokens === null || !enabled) totals.delete(namespace);
  else totals.set(namespace, sum(tokens));
  toolListingTokens.set(sum(totals.values()), { listing: "every_tool" });
};

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Records how many tools the source has. The first record of every source, which gives it its counts of 0. */
export const recordSourceTools = (source: Subject, count: number): void => {
  if (!present().has(source.namespace)) recordZeros(source);
  present().add(source.namespace);
  sourceTools.set(count, sourceLabels(source));
};

/** Counts that begin with the source, so that what grows between two scrapes is seen even where it is the first. */
const recordZeros = ({ namespace, kind }: Subject): void => {
  // The built-in source reads nothing from elsewhere, and nobody is called at night for its failures.
  if (kind === "executor") return;
  for (const outcome of toolCallOutcomes) {
    sourceCalls.add(0, { "executor.source": namespace, outcome });
  }
  for (const outcome of connectOutcomes) {
    sourceConnects.add(0, { "executor.source": namespace, outcome });
  }
};

/** Removes the series of a source that was removed. */
export const forgetSource = (source: Subject): void => {
  present().delete(source.namespace);
  sourceUp.remove(sourceLabels(source));
  forgetStates(source.namespace);
  sourceTools.remove(sourceLabels(source));
  sourceLastSuccess.remove({ "executor.source": source.namespace });
  recordDefinitionTokens({ namespace: source.namespace, enabled: false }, null);
};
