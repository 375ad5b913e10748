import { readBoundedBody, tlsFailure } from "@executor/sdk";
import type { Json, Redactor } from "@executor/sdk";
import type { FetchLike } from "@modelcontextprotocol/client";
import { member, readJson, shorten, text } from "@executor/plugin-kit";
import { Either } from "effect";
import { mayHaveWorked, McpFailure, refusedRequest } from "../failures.ts";
import type { HttpEndpoint } from "./endpoint.ts";
import { Pace } from "./pace.ts";
import { observeStream, type PendingRequest, readReply, withoutCredentials } from "./reply-body.ts";
import { beginWireSpan } from "./wire-span.ts";

const maxErrorBytes = 64 * 1024;
const maxErrorText = 500;

/** Attempts to resume a broken stream before its reply counts as lost. */
export const maxResumptions = 3;

/** Milliseconds for received bytes to pass the transport's decoders, before a stream that ended counts as unanswered. */
const decodingMs = 50;

/**
 * A `fetch` for the SDK's transports that adds what they leave out. Headers go to the endpoint's origin only. Replies are
 * bounded, and free of credentials before the transports read them. A refusal is an {@link McpFailure} with the server's message, `unprocessed` if the server started nothing. A request
 * whose stream breaks fails; the transports would leave it waiting. `onBroken`: called when the session is gone.
 */
export const upstreamFetch = (
  endpoint: HttpEndpoint,
  redactor: Redactor,
  currentRequest: () => PendingRequest | undefined,
  onBroken: () => void,
): FetchLike => {
  let listening = false;
  const resumptions = new WeakMap<PendingRequest, number>();
  const pace = new Pace();
  const awaited = new WeakSet<PendingRequest>();

  const lose = (request: PendingRequest, host: string): void => {
    request.fail(
      new McpFailure({
        reason: "connection_error",
        message: mayHaveWorked(`The connection to ${host} broke before the reply had arrived`),
      }),
    );
  };

  /** A stream could not be opened. The transport retries by itself if it was open before. */
  const streamRefused = (request: PendingRequest | undefined, host: string, final: boolean) => {
    if (request === undefined) {
      if (listening) onBroken();
      return;
    }
    const failures = (resumptions.get(request) ?? 0) + 1;
    resumptions.set(request, failures);
    if (final || failures >= maxResumptions) lose(request, host);
  };

  return async (target, init = {}) => {
    const url = new URL(target);
    if (url.origin !== endpoint.url.origin) throw elsewhere(endpoint.url, url);
    const request = currentRequest();
    const turn = request?.turn;
    // Answers to what the server asks meanwhile are sent on behalf of the same request.
    if (request !== undefined && !awaited.has(request)) {
      awaited.add(request);
      pace.awaitReply();
    }
    const reading = init.method === undefined || init.method === "GET";
    const span =
      request?.recording && beginWireSpan(request.recording, init.method ?? "GET", url, redactor);
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (cause) {
      span?.end(init.signal?.aborted === true ? undefined : "connection_error");
      if (init.signal?.aborted === true) throw cause;
      if (reading) streamRefused(request, url.host, false);
      throw unreachable(url, cause);
    }
    span?.answered(response.status);
    if (!response.ok || response.body === null) span?.end();
    if (!response.ok) {
      if (reading) streamRefused(request, url.host, true);
      if (init.method !== "POST" || isRedirect(response)) {
        return withoutCredentials(response, response.body, undefined, redactor);
      }
      const refusal = await refused(url, response, new Headers(init.headers), redactor);
      if (refusal.unprocessed === true) onBroken();
      throw refusal;
    }
    if (response.status === 202 && isModernRequest(new Headers(init.headers))) throw onlyTaken(url);
    if (reading && request === undefined) listening = true;
    if (reading && request !== undefined) resumptions.delete(request);
    const streamed = response.headers.get("content-type")?.includes("event-stream") === true;
    if (!streamed) return readReply(response, init.signal, request, span, redactor);
    const onEnd = (): void => {
      if (request === undefined) return;
      setTimeout(() => {
        if (!request.resumable && request.turn === turn) lose(request, url.host);
      }, decodingMs);
    };
    const body = observeStream(response, request, onEnd, span);
    return withoutCredentials(response, body, pace, redactor, onEnd);
  };
};

const isRedirect = ({ status }: Response): boolean => status >= 300 && status < 400;

const elsewhere = (from: URL, to: URL): McpFailure =>
  new McpFailure({
    reason: "connection_error",
    message: `${from.host} leads to ${to.origin}, which is not followed, because the source's headers are for ${from.origin} only. If that is the server's new address, give it as the URL.`,
  });

/** Error codes of a connection over which nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

const unreachable = (url: URL, cause: unknown): McpFailure => {
  const { host } = url;
  const code = errorCode(cause);
  const refusedTls = tlsFailure(url, cause);
  if (refusedTls !== undefined) {
    // Without a code, it is not certain that nothing was sent.
    const unprocessed = code !== undefined;
    return new McpFailure({ reason: "connection_error", message: refusedTls, unprocessed });
  }
  const unprocessed = code !== undefined && neverConnected.has(code);
  const shown = code === undefined ? "" : ` (${code})`;
  return new McpFailure({
    reason: "connection_error",
    message: unprocessed
      ? `${host} could not be reached${shown}. Check that the MCP server runs and that its address is right.`
      : mayHaveWorked(`The connection to ${host} broke${shown}`),
    unprocessed,
  });
};

const errorCode = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  return "code" in error ? String(error.code) : errorCode(error.cause);
};

/** Whether these are the headers of a request of MCP 2026-07-28: neither notifications nor older requests name their method. */
const isModernRequest = (sent: Headers): boolean => sent.has("mcp-method");

const onlyTaken = ({ host }: URL): McpFailure =>
  new McpFailure({
    reason: "invalid_response",
    message: `${host} took the request and gave no answer to it. Check that the URL is the MCP server's own.`,
  });

/**
 * A refused POST. 404 means an unknown session (MCP 2025-11-25, "Session Management"); many servers answer 400 with words about it. The
 * modern version refuses with a JSON-RPC error in the body.
 */
const refused = async (
  url: URL,
  response: Response,
  sent: Headers,
  redactor: Redactor,
): Promise<McpFailure> => {
  const { status } = response;
  const { bytes } = await readBoundedBody(response.body, maxErrorBytes);
  const body = new TextDecoder().decode(redactor.bytes(bytes));
  const json = Either.getOrUndefined(readJson(body));
  const said = errorText(body, json);
  const isModern = isModernRequest(sent);
  const knowsNoSession = status === 400 && /session|not initiali[sz]ed/i.test(said ?? "");
  const unprocessed =
    (sent.has("mcp-session-id") && (status === 404 || knowsNoSession)) ||
    (isModern && knowsNoSession);
  const error = member(json, "error");
  const code = member(error, "code");
  if (isModern && !unprocessed && (status === 400 || status === 404) && typeof code === "number") {
    return refusedRequest({ code, message: said ?? "", data: member(error, "data") });
  }
  const wantsSignIn = status === 401 && isMcpChallenge(response.headers, json);
  return new McpFailure({
    reason: "http_status",
    code: status,
    message: wantsSignIn
      ? `${url.host} is an MCP server that wants sign-in (401)${said === undefined ? "" : `: ${said.replace(/[.!]$/, "")}`}. ${advice(status)}`
      : `${url.host} answered ${status}. ${said ?? advice(status)}`,
    unprocessed,
    wantsSignIn,
  });
};

/** Whether a refusal is that of an MCP server: it names its metadata (RFC 9728, section 5.1), or answers in JSON-RPC. */
const isMcpChallenge = (headers: Headers, json: Json | undefined): boolean =>
  /resource_metadata\s*=/i.test(headers.get("www-authenticate") ?? "") ||
  member(json, "jsonrpc") === "2.0";

const advice = (status: number): string => {
  if (status === 401 || status === 403) {
    return "Give the source the header that the server wants, such as Authorization.";
  }
  if (status === 429 || status >= 500) return "Try again later.";
  return "Check that the URL is the MCP server's own.";
};

/** The message of an error's body: of a JSON-RPC error or an OAuth error, otherwise the text itself. */
const errorText = (body: string, json: Json | undefined): string | undefined => {
  const error = member(json, "error");
  const said =
    text(member(error, "message")) ??
    text(member(json, "message")) ??
    text(member(json, "error_description")) ??
    text(error) ??
    (/^\s*</.test(body) ? undefined : text(body));
  return said === undefined ? undefined : shorten(said, maxErrorText);
};
