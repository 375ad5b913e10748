import type { FileSystem } from "@effect/platform";
import { Effect } from "effect";
import { type Certificates, certificateSuffixes, readCertificates } from "./certificates.ts";
import { type Receiver, resolveReceiver } from "./receiver.ts";
import { exporterVariables, type Signal, signalTraits } from "./signal.ts";
import { type Lookup, readKeyValues, type Report, resolveChoice, resolveMillis } from "./values.ts";

/** Values of the variables; the first of each is the default. */
const protocols = ["http/protobuf", "http/json"] as const;
const compressions = ["gzip", "none"] as const;

/** Settings that the OTLP exporter of each signal has. */
export interface ExporterSettings extends Receiver {
  readonly protocol: (typeof protocols)[number];
  readonly compression: (typeof compressions)[number];
  /** For a whole export, retries included. */
  readonly timeoutMillis: number;
  /** `undefined` for the usual authorities and no certificate of the client's own. */
  readonly certificates: Certificates | undefined;
  readonly resource: Readonly<Record<string, string>>;
}

/** Resource attributes that the environment can replace; `service.name` at least. */
export type ResourceDefaults = Readonly<Record<string, string>> & {
  readonly "service.name": string;
};

const resourceVariables = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"];

/** Variables that {@link resolveExporter} looks up. */
export const variablesOfExporter = (signal: Signal): ReadonlyArray<string> => [
  ...["ENDPOINT", "HEADERS", "PROTOCOL", "TIMEOUT", "COMPRESSION", ...certificateSuffixes].flatMap(
    (suffix) => exporterVariables(signal, suffix),
  ),
  ...resourceVariables,
  exporterChoice(signal),
];

/** The variable that chooses among a signal's exporters. */
const exporterChoice = (signal: Signal) => `OTEL_${signal.toUpperCase()}_EXPORTER`;

/** `undefined` where the signal is not pushed, which is reported with its reason. */
export const resolveExporter = (
  signal: Signal,
  lookup: Lookup,
  defaults: ResourceDefaults,
  report: Report,
): Effect.Effect<ExporterSettings | undefined, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { title } = signalTraits[signal];
    const chosen = lookup(exporterChoice(signal)) ?? "otlp";
    if (!chosen.toLowerCase().split(",").map(trimmed).includes("otlp")) {
      report(
        `${title} are not pushed, because ${exporterChoice(signal)} does not name otlp, the only exporter that Executor has.`,
      );
      return undefined;
    }
    const receiver = resolveReceiver(signal, lookup, report);
    if (receiver === undefined) {
      report(`${title} are not pushed, because there is no address to push them to.`);
      return undefined;
    }
    const settings = {
      ...receiver,
      protocol: resolveChoice(lookup, exporterVariables(signal, "PROTOCOL"), protocols, report),
      compression: resolveChoice(
        lookup,
        exporterVariables(signal, "COMPRESSION"),
        compressions,
        report,
      ),
      timeoutMillis: resolveMillis(lookup, exporterVariables(signal, "TIMEOUT"), 10_000, report),
      resource: resolveResource(lookup, defaults, report),
    };
    return yield* readCertificates(signal, lookup).pipe(
      Effect.map((certificates) => {
        if (certificates !== undefined && receiver.url.startsWith("http:")) {
          report(
            `Certificates have no effect on ${signal}, because their address begins with http:// and is not encrypted. Use https://.`,
          );
        }
        return { ...settings, certificates };
      }),
      Effect.catchAll((problem) => {
        report(`${problem} ${title} are not pushed.`);
        return Effect.succeed(undefined);
      }),
    );
  });

/** With the timeout of the reader or of the processor too, where it is shorter: each bounds a whole export here. */
export const withTimeout = (
  exporter: ExporterSettings,
  lookup: Lookup,
  variable: string,
  report: Report,
): ExporterSettings => {
  const { timeoutMillis } = exporter;
  const bound = resolveMillis(lookup, [variable], timeoutMillis, report);
  return { ...exporter, timeoutMillis: Math.min(bound, timeoutMillis) };
};

const trimmed = (text: string): string => text.trim();

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
