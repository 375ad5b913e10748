import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import { shorten } from "@executor/plugin-kit";
import type { HttpEndpoint } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { McpFailure } from "../failures/mcp-failure.ts";
import { readBeginning, watchBody } from "./reply-body.ts";

const maxReplyBytes = 10 * 1024 * 1024;

/** How often a broken stream is asked to go on before its reply counts as lost. */
export const maxResumptions = 3;

/** Milliseconds for what has arrived to pass the transport's decoders, before a stream that ended counts as unanswered. */
const decodingMs = 50;

/**
 * `fetch` as the SDK's transports use it, with what they leave open. Headers go to the endpoint's origin only. A reply is
 * bounded. A refusal is an {@link McpFailure} with what the server said, and `unprocessed` where it took up nothing. An
 * exchange whose stream breaks fails, which the transports leave waiting. `onBroken`: the session is gone.
 */
export const upstreamFetch = (
  endpoint: HttpEndpoint,
  currentExchange: () => Exchange | undefined,
  onBroken: () => void,
): FetchLike => {
  let listening = false;
  const resumptions = new WeakMap<Exchange, number>();

  const lost = (exchange: Exchange, host: string): void => {
    exchange.fail(
      new McpFailure({
        reason: "connection_error",
        message: broke(host, " before the reply had arrived"),
      }),
    );
  };

  /** A stream could not be opened. The transport tries again by itself where it was open before. */
  const streamRefused = (exchange: Exchange | undefined, host: string, final: boolean): void => {
    if (exchange === undefined) {
      if (listening) onBroken();
      return;
    }
    const failures = (resumptions.get(exchange) ?? 0) + 1;
    resumptions.set(exchange, failures);
    if (final || failures >= maxResumptions) lost(exchange, host);
  };

  return async (target, init = {}) => {
    const url = new URL(target);
    if (url.origin !== endpoint.url.origin) throw elsewhere(endpoint.url, url);
    const exchange = currentExchange();
    const reading = init.method === undefined || init.method === "GET";
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause;
      if (reading) streamRefused(exchange, url.host, false);
      throw unreachable(url, cause);
    }
    if (!response.ok) {
      if (reading) streamRefused(exchange, url.host, true);
      if (init.method !== "POST" || isRedirect(response)) return response;
      const refusal = await refused(url, response, new Headers(init.headers));
      if (refusal.unprocessed === true) onBroken();
      throw refusal;
    }
    if (reading && exchange === undefined) listening = true;
    if (reading && exchange !== undefined) resumptions.delete(exchange);
    const streamed = response.headers.get("content-type")?.includes("event-stream") === true;
    return watchBody(response, {
      maxBytes: maxReplyBytes,
      perLine: streamed,
      onTooLarge: (failure) => exchange?.fail(failure),
      onEnd: () => {
        if (!streamed || exchange === undefined) return;
        setTimeout(() => {
          if (!exchange.resumable) lost(exchange, url.host);
        }, decodingMs);
      },
    });
  };
};

const isRedirect = ({ status }: Response): boolean => status >= 300 && status < 400;

const elsewhere = (from: URL, to: URL): McpFailure =>
  new McpFailure({
    reason: "connection_error",
    message: `${from.host} leads to ${to.origin}, which is not followed, because the source's headers are for ${from.origin} only. If that is the server's new address, give it as the URL.`,
  });

/** Codes of failures before anything was sent. */
const neverConnected: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

const unreachable = ({ host }: URL, cause: unknown): McpFailure => {
  const code = errorCode(cause);
  const unprocessed = code !== undefined && neverConnected.has(code);
  const shown = code === undefined ? "" : ` (${code})`;
  return new McpFailure({
    reason: "connection_error",
    message: unprocessed
      ? `${host} could not be reached${shown}. Check that the MCP server runs and that its address is right.`
      : broke(host, shown),
    unprocessed,
  });
};

const broke = (host: string, how: string): string =>
  `The connection to ${host} broke${how}. The call may have worked: check before calling again.`;

const errorCode = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  return "code" in error ? String(error.code) : errorCode(error.cause);
};

/** 404 is how a server says that it does not know the session (MCP, "Session Management"); many answer 400 and say so in words. */
const refused = async (url: URL, response: Response, sent: Headers): Promise<McpFailure> => {
  const { status } = response;
  const said = errorText(await readBeginning(response));
  const inSession = sent.has("mcp-session-id");
  return new McpFailure({
    reason: "http_status",
    code: status,
    message: `${url.host} answered ${status}. ${said ?? advice(status)}`,
    unprocessed:
      inSession &&
      (status === 404 || (status === 400 && /session|not initiali[sz]ed/i.test(said ?? ""))),
  });
};

const advice = (status: number): string => {
  if (status === 401 || status === 403) {
    return "Give the source the header that the server wants, such as Authorization.";
  }
  if (status === 429 || status >= 500) return "Try again later.";
  return "Check that the URL is the MCP server's own.";
};

const maxErrorText = 500;

/** What an error's body says: a JSON-RPC error's message, or OAuth's, or the text itself. */
const errorText = (body: string): string | undefined => {
  const text = messageIn(body) ?? (/^\s*</.test(body) ? "" : body.trim());
  return text === "" ? undefined : shorten(text, maxErrorText);
};

const messageIn = (body: string): string | undefined => {
  try {
    const parsed: unknown = JSON.parse(body);
    const messages = [property(property(parsed, "error"), "message")].concat(
      ["message", "error_description", "error"].map((name) => property(parsed, name)),
    );
    return messages.find((message) => typeof message === "string");
  } catch {
    return undefined;
  }
};

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
