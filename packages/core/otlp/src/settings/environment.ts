import { Config, Effect } from "effect";
import type { Temporality } from "../metrics/encoding.ts";
import {
  baseEndpointVariable,
  metricsEndpointVariable,
  readKeyValues,
  resolveReceiver,
  shownUrl,
} from "./receiver.ts";
import type { Lookup, Receiver, Report } from "./receiver.ts";

/** Settings of the push, by OpenTelemetry's "Environment Variable Specification" and "OTLP Exporter". */

/** Values of the variables; the first of each is the default. */
const protocols = ["http/protobuf", "http/json"] as const;
const compressions = ["gzip", "none"] as const;
/** To save memory, `lowmemory` leaves asynchronous counters cumulative; there are none here, so it is `delta`. */
const temporalities = ["cumulative", "delta", "lowmemory"] as const;

export interface PushSettings extends Receiver {
  readonly protocol: (typeof protocols)[number];
  readonly compression: (typeof compressions)[number];
  readonly temporality: Temporality;
  /** For a whole export, retries included. */
  readonly timeoutMillis: number;
  /** From the end of an export to the start of the next. */
  readonly intervalMillis: number;
  readonly resource: Readonly<Record<string, string>>;
}

/** Resource attributes that the environment can replace; `service.name` at least. */
export type ResourceDefaults = Readonly<Record<string, string>> & {
  readonly "service.name": string;
};

/** Settings, absent where no endpoint can be used, and whole sentences about variables that are wrong. */
export interface Environment {
  readonly settings: PushSettings | undefined;
  readonly problems: ReadonlyArray<string>;
}

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

/** Settings from the process's configuration. */
export const readEnvironment = (defaults: ResourceDefaults): Effect.Effect<Environment> =>
  Config.all(
    variables.map((name) =>
      Config.map(
        Config.withDefault(Config.string(name), ""),
        (text) => [name, text.trim()] as const,
      ),
    ),
  ).pipe(
    Effect.orDie,
    Effect.map((all) => {
      // Empty means unset.
      const set = new Map(all.filter(([, text]) => text !== ""));
      return resolve((name) => set.get(name), defaults);
    }),
  );

/** Settings from any variables. */
export const resolve = (lookup: Lookup, defaults: ResourceDefaults): Environment => {
  const problems: Array<string> = [];
  const report: Report = (problem) => problems.push(problem);
  const receiver = resolveReceiver(lookup, report);
  if (receiver === undefined) {
    report("Metrics are not pushed, because there is no address to push them to.");
    return { settings: undefined, problems };
  }
  const temporality = resolveChoice(lookup, [temporalityVariable], temporalities, report);
  const settings: PushSettings = {
    ...receiver,
    protocol: resolveChoice(lookup, both("PROTOCOL"), protocols, report),
    compression: resolveChoice(lookup, both("COMPRESSION"), compressions, report),
    temporality: temporality === "lowmemory" ? "delta" : temporality,
    timeoutMillis: resolveMillis(lookup, both("TIMEOUT"), 10_000, report),
    intervalMillis: resolveMillis(lookup, [intervalVariable], 60_000, report),
    resource: resolveResource(lookup, defaults, report),
  };
  const exporters = (lookup("OTEL_METRICS_EXPORTER") ?? "otlp").toLowerCase().split(",");
  if (!exporters.some((exporter) => exporter.trim() === "otlp")) {
    report("OTEL_METRICS_EXPORTER is neither otlp nor none; metrics are pushed over OTLP.");
  }
  if (
    settings.protocol === "http/json" &&
    /(^|\.)axiom\.co$/.test(new URL(receiver.url).hostname)
  ) {
    report("Axiom takes metrics as http/protobuf only, and the protocol is http/json.");
  }
  return { settings, problems };
};

/** The first of the variables that is set, with its name. */
const firstSet = (lookup: Lookup, names: ReadonlyArray<string>) =>
  names.map((name) => [name, lookup(name)] as const).find(([, text]) => text !== undefined);

const resolveChoice = <A extends string>(
  lookup: Lookup,
  names: ReadonlyArray<string>,
  choices: readonly [A, ...ReadonlyArray<A>],
  report: Report,
): A => {
  const [usual] = choices;
  const [name, text = usual] = firstSet(lookup, names) ?? [];
  const choice = choices.find((known) => known === text.toLowerCase());
  if (choice !== undefined) return choice;
  report(
    text.toLowerCase() === "grpc"
      ? `${name} is grpc, which Executor does not speak; it uses ${usual}. Point the endpoint at the receiver's OTLP/HTTP port, usually 4318, and set the protocol to http/protobuf or http/json.`
      : `${name} is none of ${choices.join(", ")}; ${usual} is used.`,
  );
  return usual;
};

/** The longest time that a timer takes. */
const maxMillis = 2 ** 31 - 1;

const resolveMillis = (
  lookup: Lookup,
  names: ReadonlyArray<string>,
  defaultMillis: number,
  report: Report,
): number => {
  const [name, text = String(defaultMillis)] = firstSet(lookup, names) ?? [];
  const millis = Number(text);
  if (/^\d+$/.test(text) && millis > 0 && millis <= maxMillis) return millis;
  report(`${name} is not a number of milliseconds above 0; ${defaultMillis} is used.`);
  return defaultMillis;
};

const resolveResource = (
  lookup: Lookup,
  defaults: ResourceDefaults,
  report: Report,
): Readonly<Record<string, string>> => {
  const attributes = readKeyValues("OTEL_RESOURCE_ATTRIBUTES", lookup, report);
  const serviceName = lookup("OTEL_SERVICE_NAME");
  return {
    ...defaults,
    ...Object.fromEntries(attributes.filter(([, value]) => value !== "")),
    ...(serviceName === undefined ? {} : { "service.name": serviceName }),
  };
};

/** One line about where metrics are pushed, without secrets. */
export const describe = (settings: PushSettings): string => {
  const { protocol, compression, temporality, intervalMillis } = settings;
  const headers = Object.keys(settings.headers).toSorted();
  const sent = headers.length === 0 ? "" : `; headers ${headers.join(", ")}`;
  return `Metrics are pushed to ${shownUrl(settings.url)} every ${intervalMillis / 1_000} s (${protocol}, ${compression === "none" ? "not compressed" : compression}, ${temporality}${sent})`;
};
