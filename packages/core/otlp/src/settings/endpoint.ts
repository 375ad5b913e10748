import { percentDecode } from "./key-value-list.ts";

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
