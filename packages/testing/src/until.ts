import { setTimeout as sleep } from "node:timers/promises";

/** Asks every 20 ms until the answer is yes; fails after fifteen seconds. */
export const until = async (what: string, probe: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 15_000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`It is still not so that ${what}.`);
    await sleep(20);
  }
};
