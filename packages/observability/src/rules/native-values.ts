/**
 * Values of a native histogram in promtool's notation (`{{count:5 buckets:[5]}}`), for the counts of a classic one: `0+5x60`, `3`,
 * `_x20` and the like, joined by blanks. All observations are in the bucket of schema 0, with bounds at the powers of two, that
 * holds what is just below `bound`.
 */
export const nativeValues = (bound: number, counts: string): string =>
  counts
    .split(" ")
    .map((token) => {
      const [, start = "", step, times] = expanded.exec(token) ?? [];
      if (start === "") throw new Error(`${token} is no value of a counter.`);
      if (start === "_") return token;
      const first = histogram(bound, Number(start));
      if (times === undefined) return first;
      return `${first}${step === undefined ? "" : `+${histogram(bound, Number(step))}`}x${times}`;
    })
    .join(" ");

const expanded = /^(_|\d+)(?:\+(\d+))?(?:x(\d+))?$/;

const histogram = (bound: number, count: number): string =>
  `{{schema:0 count:${count} sum:${count * bound} buckets:[${count}] offset:${Math.ceil(Math.log2(bound))}}}`;
