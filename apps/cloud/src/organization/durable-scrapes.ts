import type { Exposition } from "@executor/api";
import { Effect } from "effect";

/**
 * An exposition that stores what it shows: the platform holds an answer back until what was written before it is safe, so no
 * total that somebody has seen can be lost.
 */
export const durableScrapes = (
  exposition: Pick<Exposition, "render">,
  write: Effect.Effect<void>,
): Pick<Exposition, "render"> => ({
  render: (format, options) => Effect.zipLeft(exposition.render(format, options), write),
});
