/** Milliseconds by which two clocks may differ before the exact one is set by the other. */
const tolerance = 20;

let offset = Number.NaN;

/**
 * Unix time in milliseconds with a fraction. The exact clock does not know that the system's was set, or that the machine slept, and
 * is set anew then.
 */
export const unixMillis = (): number => {
  const exact = performance.now();
  const wall = Date.now();
  if (!(Math.abs(wall - exact - offset) < tolerance)) offset = wall - exact;
  return exact + offset;
};
