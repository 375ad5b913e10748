/** Watches by how many milliseconds timers of 1 ms come late. */
export const watchEventLoop = () => {
  const late: Array<number> = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 1));
    last = now;
  }, 1);
  return {
    stop: (): ReadonlyArray<number> => {
      clearInterval(timer);
      return late;
    },
  };
};
