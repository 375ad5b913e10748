import { exporterVariables, type Signal, signalTraits } from "./signal.ts";
import { type Lookup, percentDecode, readKeyValues, type Report } from "./values.ts";

/** Where a signal is pushed to and with which headers, by OpenTelemetry's "OTLP Exporter" specification. */
export interface Receiver {
  /** Without user and password, which become a header. */
  readonly url: string;
  /** Names in lower case; values may be secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** `undefined` where no endpoint can be used. */
export const resolveReceiver = (
  signal: Signal,
  lookup: Lookup,
  report: Report,
): Receiver | undefined => {
  const url = resolveUrl(signal, lookup, report);
  if (url === undefined) return undefined;
  const authorization = takeCredentials(url);
  const headers = { ...authorization, ...resolveHeaders(signal, lookup, report) };
  return { url: url.href, headers };
};

/** The signal's endpoint unchanged, else the base endpoint with the signal's path appended. */
const resolveUrl = (signal: Signal, lookup: Lookup, report: Report): URL | undefined => {
  const { path } = signalTraits[signal];
  const variables = exporterVariables(signal, "ENDPOINT");
  const [ownVariable, baseVariable] = variables;
  for (const variable of variables) {
    const text = lookup(variable);
    if (text === undefined) continue;
    const url = URL.parse(text);
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      report(`${variable} is not an address that begins with http:// or https://, and is ignored.`);
      continue;
    }
    if (variable === ownVariable) {
      if (url.pathname === "/") {
        report(
          `${variable} is used as it stands and has no path; most receivers take ${signal} at ${path}. Add the path, or set ${baseVariable} instead, to which ${path} is appended.`,
        );
      }
    } else {
      const base = url.pathname.replace(/\/+$/, "");
      const [ending, named = ""] = /\/v1\/(metrics|traces|logs)$/.exec(base) ?? [];
      if (ending !== undefined) {
        report(
          `${variable} ends in ${ending}, and the path of each signal, such as ${ending}, is appended to it. Remove it there, or set OTEL_EXPORTER_OTLP_${named.toUpperCase()}_ENDPOINT instead.`,
        );
      }
      url.pathname = `${base}${path}`;
    }
    if (url.port === "4317") {
      report(
        `${variable} has port 4317, where receivers usually speak gRPC; Executor speaks HTTP, for which the port is usually 4318.`,
      );
    }
    return url;
  }
  return undefined;
};

/** Moves user and password from the address to a header. */
const takeCredentials = (url: URL): Readonly<Record<string, string>> => {
  const { username, password } = url;
  if (username === "" && password === "") return {};
  const credentials = `${percentDecode(username) ?? username}:${percentDecode(password) ?? password}`;
  url.username = "";
  url.password = "";
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
};

/** Headers that follow from the body. */
const reserved = new Set([
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
]);

/** The headers for all signals, then those for this one, which win. */
const resolveHeaders = (
  signal: Signal,
  lookup: Lookup,
  report: Report,
): Readonly<Record<string, string>> => {
  const headers = new Map<string, string>();
  for (const variable of exporterVariables(signal, "HEADERS").toReversed()) {
    for (const [key, value] of readKeyValues(variable, lookup, report)) {
      const name = key.toLowerCase();
      const problem = headerProblem(name, value);
      if (problem === undefined) headers.set(name, value);
      else report(`In ${variable}, ${problem} and is left out.`);
    }
  }
  const wrongDataset = signal === "metrics" ? "x-axiom-dataset" : "x-axiom-metrics-dataset";
  const dataset = signal === "metrics" ? "x-axiom-metrics-dataset" : "x-axiom-dataset";
  if (headers.has(wrongDataset) && !headers.has(dataset)) {
    report(
      `The header ${wrongDataset} does not name a dataset for ${signal}. Axiom takes ${signal} with ${dataset}.`,
    );
  }
  return Object.fromEntries(headers);
};

/** A name is a token and a value a field value, by RFC 9110, 5.6.2 and 5.5. */
const headerProblem = (name: string, value: string): string | undefined => {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return "an entry has no valid header name";
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
    return `the value of ${name} has characters that a header cannot hold`;
  }
  return reserved.has(name) ? `${name} follows from what is sent` : undefined;
};

/** The address without its query, which can hold a key. */
export const shownUrl = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? "" : `${parsed.origin}${parsed.pathname}`;
};
