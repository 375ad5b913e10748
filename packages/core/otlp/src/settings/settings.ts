import type { Temporality } from "../metrics/model.ts";

export type Protocol = "http/protobuf" | "http/json";
export type Compression = "gzip" | "none";

/** Where metrics are pushed, and how. */
export interface PushSettings {
  /** Without user and password, which become a header. */
  readonly url: string;
  /** Names in lower case; values may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: Protocol;
  readonly compression: Compression;
  readonly temporality: Temporality;
  /** For a whole export, retries included. */
  readonly timeoutMillis: number;
  /** From the end of an export to the start of the next. */
  readonly intervalMillis: number;
  readonly resource: Readonly<Record<string, string>>;
}

/** The address as it may be logged: a query can hold a key. */
export const shownUrl = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? "" : `${parsed.origin}${parsed.pathname}`;
};

/** One line about where metrics go, without what may be secret. */
export const describe = (settings: PushSettings): string => {
  const { protocol, compression, temporality, intervalMillis } = settings;
  const headers = Object.keys(settings.headers).toSorted();
  const sent = headers.length === 0 ? "" : `; headers ${headers.join(", ")}`;
  return `Metrics are pushed to ${shownUrl(settings.url)} every ${intervalMillis / 1_000} s (${protocol}, ${compression === "none" ? "not compressed" : compression}, ${temporality}${sent})`;
};
