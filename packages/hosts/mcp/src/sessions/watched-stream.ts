/** Servers keep a response's head back until its body begins, and a client would wait for it as long as a run takes. */
const opening = new TextEncoder().encode(": open\n\n");

/** The same event stream, opened at once, telling when it is over: `ended(true)` where the client left before its end. */
export const watchedStream = (response: Response, ended: (left: boolean) => void): Response => {
  const reader = response.body?.getReader();
  if (reader === undefined) return response;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(opening),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
        ended(false);
      } else {
        controller.enqueue(value);
      }
    },
    cancel: async (reason) => {
      ended(true);
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
};

export const isEventStream = (response: Response): boolean =>
  response.headers.get("content-type") === "text/event-stream";
