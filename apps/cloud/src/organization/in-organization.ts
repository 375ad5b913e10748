import { separateOrganizations } from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Objects of one class share a JavaScript process. What runs in an Effect fiber knows its organization by the fiber; this knows
 * it for timers, promises and streams, which have none.
 */
const current = new AsyncLocalStorage<MetricsOwner>();

separateOrganizations(() => current.getStore());

/** Runs `run`, and all that it begins, on behalf of an organization. */
export const inOrganization = <A>(owner: MetricsOwner, run: () => A): A => current.run(owner, run);

/**
 * The response, its stream read on the organization's behalf: the platform asks a stream for more, or gives it up, from
 * wherever it happens to be. `onEnd` is called once, when nothing more of it is sent.
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
  // A stream that is given up while it waits for more ends twice.
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
  // The body is as the headers say already; the platform would encode it once more.
  const init: ResponseInit & { readonly encodeBody: "manual" } = {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
    encodeBody: "manual",
  };
  return new Response(body, init);
};
