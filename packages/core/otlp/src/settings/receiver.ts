/** A part of the environment, resolved; `problems` are whole sentences. */
export interface Resolved<A> {
  readonly value: A;
  readonly problems: ReadonlyArray<string>;
}

export interface Endpoint {
  readonly url: string;
  /** From a user and a password in the address, which cannot stay there. */
  readonly authorization: string | undefined;
}

export const metricsEndpointVariable = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
export const baseEndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

/** The metrics endpoint as it stands, else the base endpoint with `/v1/metrics` at its end. */
export const resolveEndpoint = (
  get: (name: string) => string | undefined,
): Resolved<Endpoint | undefined> => {
  const problems: Array<string> = [];
  for (const variable of [metricsEndpointVariable, baseEndpointVariable]) {
    const text = get(variable);
    if (text === undefined) continue;
    const url = URL.parse(text);
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      problems.push(
        `${variable} is not an address that begins with http:// or https://, and is ignored.`,
      );
      continue;
    }
    const hints =
      variable === metricsEndpointVariable ? metricsEndpointHints(url) : baseEndpointHints(url);
    if (variable === baseEndpointVariable) {
      url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/metrics`;
    }
    return {
      value: toEndpoint(url),
      problems: [...problems, ...hints, ...portHints(variable, url)],
    };
  }
  return { value: undefined, problems };
};

const toEndpoint = (url: URL): Endpoint => {
  const { username, password } = url;
  if (username === "" && password === "") return { url: url.href, authorization: undefined };
  const credentials = `${percentDecode(username) ?? username}:${percentDecode(password) ?? password}`;
  url.username = "";
  url.password = "";
  return { url: url.href, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
};

const metricsEndpointHints = ({ pathname }: URL): ReadonlyArray<string> =>
  pathname === "/"
    ? [
        `${metricsEndpointVariable} is used as it stands and has no path; most receivers take metrics at /v1/metrics. Add the path, or set ${baseEndpointVariable} instead, to which /v1/metrics is appended.`,
      ]
    : [];

const baseEndpointHints = ({ pathname }: URL): ReadonlyArray<string> =>
  /\/v1\/metrics\/*$/.test(pathname)
    ? [
        `${baseEndpointVariable} ends in /v1/metrics, and /v1/metrics is appended to it. Remove it there, or set ${metricsEndpointVariable} instead.`,
      ]
    : [];

const portHints = (variable: string, { port }: URL): ReadonlyArray<string> =>
  port === "4317"
    ? [
        `${variable} has port 4317, where receivers usually speak gRPC; Executor speaks HTTP, for which the port is usually 4318.`,
      ]
    : [];

/** From the general one to the particular one, which wins. */
const variables = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"];

/** These follow from the body. */
const reserved = new Set([
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
]);

/** Merged headers, names in lower case. */
export const resolveHeaders = (
  get: (name: string) => string | undefined,
): Resolved<Readonly<Record<string, string>>> => {
  const headers = new Map<string, string>();
  const problems: Array<string> = [];
  for (const variable of variables) {
    const list = parseKeyValueList(get(variable) ?? "");
    problems.push(...list.problems.map((problem) => `In ${variable}, ${problem}.`));
    for (const [key, value] of list.entries) {
      const name = key.toLowerCase();
      const problem = headerProblem(name, value);
      if (problem === undefined) headers.set(name, value);
      else problems.push(`In ${variable}, ${problem} and is left out.`);
    }
  }
  if (headers.has("x-axiom-dataset") && !headers.has("x-axiom-metrics-dataset")) {
    problems.push(
      "The header x-axiom-dataset names a dataset for traces and logs. Axiom takes metrics with x-axiom-metrics-dataset, which names a dataset of the metrics kind.",
    );
  }
  return { value: Object.fromEntries(headers), problems };
};

const headerProblem = (name: string, value: string): string | undefined => {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return "an entry has no valid header name";
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
    return `the value of ${name} has characters that a header cannot hold`;
  }
  return reserved.has(name) ? `${name} follows from what is sent` : undefined;
};

/** What a list such as `a=1,b=2` holds, and what is wrong with it. Problems name keys and positions, never values. */
export interface KeyValueList {
  readonly entries: ReadonlyArray<readonly [key: string, value: string]>;
  readonly problems: ReadonlyArray<string>;
}

/**
 * Reads a list of the form that OpenTelemetry's variables have: commas between entries, values percent-encoded. A value may hold
 * `=`. An entry that cannot be read is left out; a value that is not percent-encoded as it should be is taken as it stands.
 */
export const parseKeyValueList = (text: string): KeyValueList => {
  const entries: Array<readonly [string, string]> = [];
  const problems: Array<string> = [];
  for (const [index, entry] of text.split(",").entries()) {
    if (entry.trim() === "") continue;
    const separator = entry.indexOf("=");
    const key = percentDecode(entry.slice(0, Math.max(0, separator)).trim());
    const value = percentDecode(entry.slice(separator + 1).trim());
    if (separator < 1 || key === undefined || key === "") {
      problems.push(`entry ${index + 1} is not of the form key=value and is left out`);
      continue;
    }
    if (value === undefined) {
      problems.push(`the value of ${key} is not percent-encoded and is taken as it stands`);
    }
    entries.push([key, value ?? entry.slice(separator + 1).trim()]);
  }
  return { entries, problems };
};

/** `undefined` where it is not percent-encoded as it should be. */
export const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
