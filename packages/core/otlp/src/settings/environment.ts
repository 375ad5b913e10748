import { Config, Effect, Option } from "effect";
import {
  baseEndpointVariable,
  metricsEndpointVariable,
  parseKeyValueList,
  resolveEndpoint,
  resolveHeaders,
} from "./receiver.ts";
import type { Resolved } from "./receiver.ts";
import type { Temporality } from "../metrics/model.ts";
import type { Compression, Protocol, PushSettings } from "./settings.ts";

/** What the environment says about the push, by OpenTelemetry's "Environment Variable Specification" and "OTLP Exporter". */

type Get = (name: string) => string | undefined;

const both = (suffix: string) => [
  `OTEL_EXPORTER_OTLP_METRICS_${suffix}`,
  `OTEL_EXPORTER_OTLP_${suffix}`,
];

const temporalityVariable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
const intervalVariable = "OTEL_METRIC_EXPORT_INTERVAL";

const variables = [
  metricsEndpointVariable,
  baseEndpointVariable,
  ...["HEADERS", "PROTOCOL", "TIMEOUT", "COMPRESSION"].flatMap(both),
  temporalityVariable,
  intervalVariable,
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_METRICS_EXPORTER",
];

/** What is sent about the sender unless the environment says otherwise; `service.name` at least. */
export type ResourceDefaults = Readonly<Record<string, string>> & {
  readonly "service.name": string;
};

/** The settings, or `undefined` where no endpoint can be used, and what is wrong with the environment. */
export const readEnvironment = (
  defaults: ResourceDefaults,
): Effect.Effect<Resolved<PushSettings | undefined>> =>
  Config.all(variables.map((name) => Config.option(Config.string(name)))).pipe(
    Effect.orDie,
    Effect.map((values) => {
      const set = new Map<string, string>();
      for (const [index, name] of variables.entries()) {
        const text = Option.getOrElse(values[index] ?? Option.none(), () => "").trim();
        // Empty means unset.
        if (text !== "") set.set(name, text);
      }
      return resolve((name) => set.get(name), defaults);
    }),
  );

/** {@link readEnvironment} of any variables. */
export const resolve = (
  get: Get,
  defaults: ResourceDefaults,
): Resolved<PushSettings | undefined> => {
  const endpoint = resolveEndpoint(get);
  if (endpoint.value === undefined) {
    const problem = "Metrics are not pushed, because there is no address to push them to.";
    return { value: undefined, problems: [...endpoint.problems, problem] };
  }
  const { url, authorization } = endpoint.value;
  const headers = resolveHeaders(get);
  const protocol = resolveChoice<Protocol>(get, both("PROTOCOL"), protocols);
  const compression = resolveChoice<Compression>(get, both("COMPRESSION"), compressions);
  const temporality = resolveChoice<Temporality>(get, [temporalityVariable], temporalities);
  const timeout = resolveMillis(get, both("TIMEOUT"), 10_000);
  const interval = resolveMillis(get, [intervalVariable], 60_000);
  const resource = resolveResource(get, defaults);
  return {
    value: {
      url,
      headers: authorization === undefined ? headers.value : { authorization, ...headers.value },
      protocol: protocol.value,
      compression: compression.value,
      temporality: temporality.value,
      timeoutMillis: timeout.value,
      intervalMillis: interval.value,
      resource: resource.value,
    },
    problems: [
      endpoint,
      headers,
      protocol,
      compression,
      temporality,
      timeout,
      interval,
      resource,
      { problems: [...exporterProblems(get), ...axiomProblems(url, protocol.value)] },
    ].flatMap(({ problems }) => problems),
  };
};

type Choice<A> = readonly [text: string, meaning: A];

/** What may be written, and what it means; the first is the default. */
type Choices<A> = readonly [Choice<A>, ...ReadonlyArray<Choice<A>>];

const protocols: Choices<Protocol> = [
  ["http/protobuf", "http/protobuf"],
  ["http/json", "http/json"],
];
const compressions: Choices<Compression> = [
  ["gzip", "gzip"],
  ["none", "none"],
];
/** To save memory, `lowmemory` leaves asynchronous counters cumulative; there are none here. */
const temporalities: Choices<Temporality> = [
  ["cumulative", "cumulative"],
  ["delta", "delta"],
  ["lowmemory", "delta"],
];

/** The first of the variables that is set, with its name. */
const firstSet = (
  get: Get,
  names: ReadonlyArray<string>,
): readonly [name: string, text: string] | undefined => {
  for (const name of names) {
    const text = get(name);
    if (text !== undefined) return [name, text];
  }
  return undefined;
};

const resolveChoice = <A>(
  get: Get,
  names: ReadonlyArray<string>,
  choices: Choices<A>,
): Resolved<A> => {
  const [[defaultText, value]] = choices;
  const found = firstSet(get, names);
  if (found === undefined) return { value, problems: [] };
  const [name, text] = found;
  const choice = choices.find(([known]) => known === text.toLowerCase());
  if (choice !== undefined) return { value: choice[1], problems: [] };
  if (text.toLowerCase() === "grpc") {
    return {
      value,
      problems: [
        `${name} is grpc, which Executor does not speak; it uses ${defaultText}. Point the endpoint at the receiver's OTLP/HTTP port, usually 4318, and set the protocol to http/protobuf or http/json.`,
      ],
    };
  }
  const known = choices.map(([choiceText]) => choiceText).join(", ");
  return {
    value,
    problems: [`${name} is none of ${known}; ${defaultText} is used.`],
  };
};

/** The longest time that a timer takes. */
const maxMillis = 2 ** 31 - 1;

const resolveMillis = (get: Get, names: ReadonlyArray<string>, value: number): Resolved<number> => {
  const found = firstSet(get, names);
  if (found === undefined) return { value, problems: [] };
  const [name, text] = found;
  const millis = Number(text);
  return /^\d+$/.test(text) && millis > 0 && millis <= maxMillis
    ? { value: millis, problems: [] }
    : { value, problems: [`${name} is not a number of milliseconds above 0; ${value} is used.`] };
};

const resolveResource = (
  get: Get,
  defaults: ResourceDefaults,
): Resolved<Readonly<Record<string, string>>> => {
  const { entries, problems } = parseKeyValueList(get("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  const serviceName = get("OTEL_SERVICE_NAME");
  return {
    value: {
      ...defaults,
      ...Object.fromEntries(entries.filter(([, value]) => value !== "")),
      ...(serviceName === undefined ? {} : { "service.name": serviceName }),
    },
    problems: problems.map((problem) => `In OTEL_RESOURCE_ATTRIBUTES, ${problem}.`),
  };
};

const exporterProblems = (get: Get): ReadonlyArray<string> => {
  const exporters = (get("OTEL_METRICS_EXPORTER") ?? "otlp").toLowerCase().split(",");
  return exporters.some((exporter) => exporter.trim() === "otlp")
    ? []
    : ["OTEL_METRICS_EXPORTER is neither otlp nor none; metrics are pushed over OTLP."];
};

const axiomProblems = (url: string, protocol: Protocol): ReadonlyArray<string> =>
  protocol === "http/json" && /(^|\.)axiom\.co$/.test(new URL(url).hostname)
    ? ["Axiom takes metrics as http/protobuf only, and the protocol is http/json."]
    : [];
