import { Effect } from "effect";
import { setTimeout as sleep } from "node:timers/promises";

const timeoutMs = 45_000;

/** Waits until the probe answers true; asks every 10 ms, and fails after 45 seconds with `what` in its message. */
export const until = async (
  what: string,
  probe: () => boolean | Promise<boolean>,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await probe())) {
    if (performance.now() > deadline) {
      throw new Error(`It is still not so that ${what}, after ${timeoutMs / 1000} s.`);
    }
    await sleep(10);
  }
};

/** {@link until} as an effect; it waits on the real clock, also under a test clock. */
export const untilEffect = (
  what: string,
  probe: () => boolean | Promise<boolean>,
): Effect.Effect<void> => Effect.promise(() => until(what, probe));
