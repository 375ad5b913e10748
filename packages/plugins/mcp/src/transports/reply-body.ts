import { McpFailure } from "../failures/mcp-failure.ts";

export interface BodyWatch {
  readonly maxBytes: number;
  /** Whether the bound is for each line, as for a stream that never ends, and not for the whole. */
  readonly perLine: boolean;
  readonly onTooLarge: (failure: McpFailure) => void;
  /** The body ended or broke; not where its reader lost interest. */
  readonly onEnd: () => void;
}

const lineFeed = 0x0a;

/** The same response, its body bounded and its end noticed. */
export const watchBody = (response: Response, watch: BodyWatch): Response => {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let counted = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          watch.onEnd();
          return;
        }
        counted = countedAfter(value, counted, watch.perLine);
        if (counted > watch.maxBytes) {
          const failure = tooLarge(watch.maxBytes);
          watch.onTooLarge(failure);
          controller.error(failure);
          await reader.cancel();
          return;
        }
        controller.enqueue(value);
      } catch (error) {
        controller.error(broken(error));
        watch.onEnd();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { headers, status, statusText } = response;
  return new Response(body, { headers, status, statusText });
};

const countedAfter = (chunk: Uint8Array, before: number, perLine: boolean): number => {
  const lastBreak = perLine ? chunk.lastIndexOf(lineFeed) : -1;
  return lastBreak === -1 ? before + chunk.byteLength : chunk.byteLength - lastBreak - 1;
};

const maxErrorBytes = 64 * 1024;

/** The first 64 KiB of a body as text; the rest is left. */
export const readBeginning = async (response: Response): Promise<string> => {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true });
      if (text.length >= maxErrorBytes) break;
    }
    await reader.cancel();
  } catch {
    return text;
  }
  return text;
};

export const tooLarge = (maxBytes: number): McpFailure =>
  new McpFailure({
    reason: "response_too_large",
    message: `The reply is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB. Ask for less: fewer items or a narrower query.`,
  });

const broken = (error: unknown): McpFailure =>
  new McpFailure({
    reason: "connection_error",
    message: `The connection broke before the whole reply had arrived${error instanceof Error && "code" in error ? ` (${String(error.code)})` : ""}. The call may have worked: check before calling again.`,
  });
