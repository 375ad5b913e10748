import { separateOrganizations } from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Owner of the measurements of timers, promises and streams. Objects of one class share a JavaScript process; an Effect fiber
 * carries its organization itself.
 */
const current = new AsyncLocalStorage<MetricsOwner>();

separateOrganizations(() => current.getStore());

/** Runs `run`, and everything that it starts, on behalf of an organization. */
export const inOrganization = <A>(owner: MetricsOwner, run: () => A): A => current.run(owner, run);

/**
 * Response whose stream is read on the organization's behalf: the platform pulls or cancels a stream outside of the request's
 * context. `onEnd` is called once, after the last byte.
 */
export const respondInOrganization = (
  owner: MetricsOwner,
  response: Response,
  onEnd: () => void,
): Response => {
  if (response.body === null) {
    onEnd();
    return response;
  }
  const reader = response.body.getReader();
  let hasEnded = false;
  // A stream that is cancelled during a pull ends twice.
  const end = () => {
    if (!hasEnded) onEnd();
    hasEnded = true;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        inOrganization(owner, async () => {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            controller.close();
          } catch (error) {
            controller.error(error);
          }
          end();
        }),
      cancel: (reason) => {
        end();
        return inOrganization(owner, () => reader.cancel(reason));
      },
    },
    { highWaterMark: 0 },
  );
  // The body is encoded already, as its headers say; the platform would encode it once more.
  const init: ResponseInit & { readonly encodeBody: "manual" } = {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
    encodeBody: "manual",
  };
  return new Response(body, init);
};
