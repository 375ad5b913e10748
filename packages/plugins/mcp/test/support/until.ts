import { Effect } from "effect";

/** Waits until it is so, because what is waited for happens in another program. */
export const until = (so: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (so() ? Effect.void : Effect.zipRight(Effect.sleep(5), until(so))));
