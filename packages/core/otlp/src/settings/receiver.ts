/** Where metrics are pushed to and with which headers, by OpenTelemetry's "OTLP Exporter" specification. */

/** Text of an environment variable; `undefined` where it is unset. */
export type Lookup = (variable: string) => string | undefined;

/** Takes one whole sentence about a variable that cannot be used as it is. */
export type Report = (problem: string) => void;

export const metricsEndpointVariable = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
export const baseEndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

/** The headers for all signals, then those for metrics, which win. */
const headerVariables = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"];

export interface Receiver {
  /** Without user and password, which become a header. */
  readonly url: string;
  /** Names in lower case; values may be secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** `undefined` where no endpoint can be used. */
export const resolveReceiver = (lookup: Lookup, report: Report): Receiver | undefined => {
  const url = resolveUrl(lookup, report);
  if (url === undefined) return undefined;
  const authorization = takeCredentials(url);
  const headers = { ...authorization, ...resolveHeaders(lookup, report) };
  return { url: url.href, headers };
};

/** The metrics endpoint unchanged, else the base endpoint with `/v1/metrics` appended. */
const resolveUrl = (lookup: Lookup, report: Report): URL | undefined => {
  for (const variable of [metricsEndpointVariable, baseEndpointVariable]) {
    const text = lookup(variable);
    if (text === undefined) continue;
    const url = URL.parse(text);
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      report(`${variable} is not an address that begins with http:// or https://, and is ignored.`);
      continue;
    }
    if (variable === metricsEndpointVariable) {
      if (url.pathname === "/") {
        report(
          `${metricsEndpointVariable} is used as it stands and has no path; most receivers take metrics at /v1/metrics. Add the path, or set ${baseEndpointVariable} instead, to which /v1/metrics is appended.`,
        );
      }
    } else {
      const path = url.pathname.replace(/\/+$/, "");
      if (path.endsWith("/v1/metrics")) {
        report(
          `${baseEndpointVariable} ends in /v1/metrics, and /v1/metrics is appended to it. Remove it there, or set ${metricsEndpointVariable} instead.`,
        );
      }
      url.pathname = `${path}/v1/metrics`;
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

const resolveHeaders = (lookup: Lookup, report: Report): Readonly<Record<string, string>> => {
  const headers = new Map<string, string>();
  for (const variable of headerVariables) {
    for (const [key, value] of readKeyValues(variable, lookup, report)) {
      const name = key.toLowerCase();
      const problem = headerProblem(name, value);
      if (problem === undefined) headers.set(name, value);
      else report(`In ${variable}, ${problem} and is left out.`);
    }
  }
  if (headers.has("x-axiom-dataset") && !headers.has("x-axiom-metrics-dataset")) {
    report(
      "The header x-axiom-dataset names a dataset for traces and logs. Axiom takes metrics with x-axiom-metrics-dataset, which names a dataset of the metrics kind.",
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

/**
 * Entries of a list in the form of OpenTelemetry's variables: commas between entries, values percent-encoded. A value may hold
 * `=`. An entry that cannot be read is left out; a value that is not percent-encoded correctly is taken unchanged. Problems name keys
 * and positions, never values.
 */
export const readKeyValues = (
  variable: string,
  lookup: Lookup,
  report: Report,
): ReadonlyArray<readonly [key: string, value: string]> => {
  const entries: Array<readonly [string, string]> = [];
  for (const [index, entry] of (lookup(variable) ?? "").split(",").entries()) {
    if (entry.trim() === "") continue;
    const separator = entry.indexOf("=");
    const key = percentDecode(entry.slice(0, Math.max(0, separator)).trim());
    const text = entry.slice(separator + 1).trim();
    const value = percentDecode(text);
    if (separator < 1 || key === undefined || key === "") {
      report(`In ${variable}, entry ${index + 1} is not of the form key=value and is left out.`);
      continue;
    }
    if (value === undefined) {
      report(
        `In ${variable}, the value of ${key} is not percent-encoded and is taken as it stands.`,
      );
    }
    entries.push([key, value ?? text]);
  }
  return entries;
};

/** `undefined` where the text is not percent-encoded correctly. */
const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The address without its query, which can hold a key. */
export const shownUrl = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? "" : `${parsed.origin}${parsed.pathname}`;
};
