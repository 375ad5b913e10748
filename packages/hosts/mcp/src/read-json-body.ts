import { errorCodes, errorResponse } from "./json-rpc.ts";

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  /** What the client is answered. */
  | { readonly ok: false; readonly response: Response };

/** Reads a request's body as JSON, as long as it has no more than `maxBytes`. */
export const readJsonBody = async (request: Request, maxBytes: number): Promise<JsonBody> => {
  const tooLarge: JsonBody = {
    ok: false,
    response: errorResponse(
      413,
      errorCodes.transport,
      `The message is larger than ${maxBytes} bytes. Send less at once.`,
    ),
  };
  if (Number(request.headers.get("content-length")) > maxBytes) return tooLarge;
  const chunks: Array<Uint8Array<ArrayBuffer>> = [];
  let size = 0;
  if (request.body !== null) {
    // Leaving the loop early cancels the stream: the rest is not read.
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > maxBytes) return tooLarge;
      chunks.push(chunk);
    }
  }
  try {
    return { ok: true, value: JSON.parse(await new Blob(chunks).text()) };
  } catch {
    return {
      ok: false,
      response: errorResponse(400, errorCodes.parse, "The body is not JSON. Send one message."),
    };
  }
};
