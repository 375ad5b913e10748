import { observeBody, readBoundedBody } from "@executor/sdk";
import type { BoundedBody, Redactor } from "@executor/sdk";
import type { RecordedSpan, SpanTracer } from "@executor/telemetry/tracing";
import { McpFailure, mayHaveWorked, tooLarge } from "../failures.ts";
import { exactMessage } from "./exact-messages.ts";
import { eventSize, type Pace } from "./pace.ts";
import { concatenate, RedactedLines } from "./redacted-lines.ts";
import { tidyMessage } from "./tidy-messages.ts";
import type { WireSpan } from "./wire-span.ts";

const maxReplyBytes = 10 * 1024 * 1024;

/** A request that the server has not answered yet, as its transport sees it. */
export interface PendingRequest {
  /** A number that changes with each message of it, and with each reply: what happens to the stream of an earlier one no longer matters. */
  turn: number;
  /** Whether the server gave an event id, with which a broken stream of the reply can be resumed (MCP, "Resumability"). */
  resumable: boolean;
  /** Where its requests on the wire are shown; `undefined` where they are not. */
  readonly recording: { readonly span: RecordedSpan; readonly tracer: SpanTracer } | undefined;
  /** Ends the request: its reply will not come. */
  readonly fail: (failure: McpFailure) => void;
}

/** A reply that is no stream, read to its end: that costs a fraction of handing it on in pieces. */
export const readReply = async (
  response: Response,
  signal: AbortSignal | null | undefined,
  request: PendingRequest | undefined,
  span: WireSpan | undefined,
  redactor: Redactor,
): Promise<Response> => {
  const { bytes, cause, end } = await (isKnownToFit(response.headers)
    ? readAtOnce(response)
    : readBoundedBody(response.body, maxReplyBytes));
  span?.end(end === "complete" || signal?.aborted === true ? undefined : "response_incomplete");
  if (end === "broken") throw signal?.aborted === true ? cause : brokeOff(cause);
  if (end === "too_large") {
    const failure = tooLarge(maxReplyBytes);
    request?.fail(failure);
    throw failure;
  }
  const { headers, status, statusText } = response;
  const body = tidyMessage(exactMessage(redactor.bytes(bytes)));
  return new Response(response.body === null ? null : new Uint8Array(body), {
    headers,
    status,
    statusText: redactor.text(statusText),
  });
};

/** Whether a reply says that it is not larger than one may be. */
const isKnownToFit = (headers: Headers): boolean => {
  const length = headers.get("content-length");
  return (
    length !== null &&
    /^\d{1,15}$/.test(length) &&
    Number(length) <= maxReplyBytes &&
    !headers.has("content-encoding") &&
    !headers.has("transfer-encoding")
  );
};

const readAtOnce = async (response: Response): Promise<BoundedBody> => {
  try {
    return { bytes: await response.bytes(), end: "complete" };
  } catch (cause) {
    return { bytes: new Uint8Array(), end: "broken", cause };
  }
};

/** A stream of events. It never ends, so the bound is for each of its events. `onBroken`: it ended too early. */
export const observeStream = (
  response: Response,
  request: PendingRequest | undefined,
  onBroken: () => void,
  span: WireSpan | undefined,
): ReadableStream<Uint8Array> | null => {
  if (response.body === null) return null;
  const sizeOf = eventSize();
  return observeBody(response.body, {
    onChunk: (chunk) => {
      if (sizeOf(chunk) <= maxReplyBytes) return undefined;
      const failure = tooLarge(maxReplyBytes);
      request?.fail(failure);
      return failure;
    },
    onEnd: (end) => {
      span?.end(end === "broken" || end === "refused" ? "response_incomplete" : undefined);
      if (end === "broken") onBroken();
    },
    onError: brokeOff,
  });
};

const brokeOff = (error: unknown): McpFailure => {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  const message = mayHaveWorked(`The connection broke before the whole reply had arrived${code}`);
  return new McpFailure({ reason: "connection_error", message });
};

/** The response with this body. Of a stream of events each line is passed on when it is whole, at its pace; any other body when it has ended. `onPassed`: called after its last byte. */
export const withoutCredentials = (
  { headers, status, statusText }: Response,
  body: ReadableStream<Uint8Array> | null,
  pace: Pace | undefined,
  redactor: Redactor,
  onPassed?: () => void,
): Response => {
  const lines = new RedactedLines(redactor);
  const chunks: Array<Uint8Array> = [];
  const redacted = body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: async (chunk, controller) => {
        if (pace === undefined) chunks.push(chunk);
        else for await (const part of pace.parts(chunk)) controller.enqueue(lines.push(part));
      },
      flush: (controller) => {
        controller.enqueue(
          pace === undefined
            ? tidyMessage(exactMessage(redactor.bytes(concatenate(chunks))))
            : lines.end(),
        );
        onPassed?.();
      },
    }),
  );
  return new Response(redacted ?? null, {
    headers,
    status,
    statusText: redactor.text(statusText),
  });
};
