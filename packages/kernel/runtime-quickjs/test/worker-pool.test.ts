import { afterEach, describe, expect, it } from "@effect/vitest";

import type { SandboxWorker } from "../src/thread/sandbox-worker.ts";
import { type Lease, WorkerPool, type WorkerPoolOptions } from "../src/thread/worker-pool.ts";
import { limits } from "./support/run.ts";
import { unstoppable } from "./support/unstoppable-code.ts";

const pools: Array<WorkerPool> = [];

const makePool = (options: Partial<WorkerPoolOptions> = {}): WorkerPool => {
  const pool = new WorkerPool({
    workerUrl: new URL("../src/thread/worker.ts", import.meta.url),
    warmWorkers: 1,
    idleTtlMs: 30_000,
    bootsAtOnce: 2,
    endMs: 5_000,
    onStuck: () => {},
    ...options,
  });
  pools.push(pool);
  return pool;
};

interface Taken {
  readonly lease: Lease;
  readonly worker: Promise<SandboxWorker>;
}

const take = (pool: WorkerPool): Taken => {
  const { promise, resolve, reject } = Promise.withResolvers<SandboxWorker>();
  promise.catch(() => {});
  const lease = pool.take(resolve, (message) => reject(new Error(message)));
  return { lease, worker: promise };
};

/** Runs code without tool calls to completion. */
const finish = (worker: SandboxWorker, code = "return 1"): Promise<string> =>
  new Promise((resolve) => {
    worker.start(
      { code, limits },
      {
        onCalls: () => {},
        onConsole: () => {},
        onContent: () => {},
        onEnd: ({ outcome }) => resolve(outcome._tag),
        onDeath: resolve,
      },
    );
  });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("WorkerPool", () => {
  afterEach(() => {
    for (const pool of pools.splice(0)) pool.close();
  });

  it("never starts more workers at once than allowed", async () => {
    const pool = makePool({ warmWorkers: 4 });
    expect(pool.booting).toBe(1);
    const taken = Array.from({ length: 8 }, () => take(pool));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, pool.booting);
    }, 1);
    await Promise.all(taken.map(({ worker }) => worker));
    clearInterval(watch);
    expect(most).toBe(2);
    expect(pool.size).toBe(8);
  });

  it("serves a burst of short runs with few workers", async () => {
    const pool = makePool();
    pool.end(await readied(pool));
    const ends = Array.from({ length: 32 }, async () => {
      const { lease, worker } = take(pool);
      const end = await finish(await worker);
      pool.end(lease);
      return end;
    });
    expect(await Promise.all(ends)).toEqual(Array.from({ length: 32 }, () => "Completed"));
    expect(pool.size).toBeLessThan(16);
  });

  it("gives a worker to the run that has waited longest", async () => {
    const pool = makePool({ bootsAtOnce: 0 });
    const first = await readied(pool);
    const served: Array<number> = [];
    const leases = [0, 1, 2].map((number) => pool.take(() => served.push(number), failed));
    pool.end(first);
    expect(served).toEqual([0]);
    const [zero, one] = leases;
    if (zero !== undefined) pool.end(zero);
    if (one !== undefined) pool.end(one);
    expect(served).toEqual([0, 1, 2]);
    expect(pool.size).toBe(1);
  });

  it("skips a run that no longer waits", async () => {
    const pool = makePool({ bootsAtOnce: 0 });
    const first = await readied(pool);
    const served: Array<number> = [];
    const gone = pool.take(() => served.push(0), failed);
    pool.take(() => served.push(1), failed);
    pool.end(gone);
    pool.end(first);
    expect(served).toEqual([1]);
  });

  it("starts no worker for a run that soon gets one that is busy now", async () => {
    const pool = makePool();
    const first = await readied(pool);
    const next = take(pool);
    expect(pool.booting).toBe(0);
    pool.end(first);
    await next.worker;
    await sleep(50);
    expect(pool.size).toBe(1);
  });

  it("grows while other runs keep their workers", async () => {
    const pool = makePool();
    await readied(pool);
    const further = await Promise.all([take(pool).worker, take(pool).worker, take(pool).worker]);
    expect(new Set(further).size).toBe(3);
    expect(pool.size).toBe(4);
  });

  it("replaces a worker that died, for the runs that wait", async () => {
    const pool = makePool({ warmWorkers: 0 });
    const first = await readied(pool);
    const next = take(pool);
    first.worker?.terminate();
    pool.end(first);
    expect(await finish(await next.worker)).toBe("Completed");
  });

  it("fails one run for each worker that cannot start, and starts none without need", async () => {
    const pool = makePool({ workerUrl: new URL("./missing.ts", import.meta.url) });
    const ends = await Promise.allSettled([take(pool).worker, take(pool).worker]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await sleep(50);
    expect(pool.size).toBe(0);
  });

  it("notifies a run whose worker died before it started", async () => {
    const pool = makePool();
    const { worker } = await readied(pool);
    worker?.terminate();
    expect(worker === undefined ? undefined : await finish(worker)).toContain("terminated");
  });

  it("ends idle workers beyond the warm ones after their idle time", async () => {
    const pool = makePool({ idleTtlMs: 40 });
    const leases = [take(pool), take(pool)];
    await Promise.all(leases.map(({ worker }) => worker));
    for (const { lease } of leases) pool.end(lease);
    expect(pool.size).toBe(2);
    while (pool.size > 1) await sleep(5);
    expect(pool.size).toBe(1);
  });

  it("gives runs processes while two threads do not end, and threads again afterwards", async () => {
    const stuck: Array<number> = [];
    const pool = makePool({
      workerUrl: new URL("./support/unstoppable-worker.ts", import.meta.url),
      endMs: 200,
      onStuck: () => stuck.push(pool.stuck),
    });
    for (const lease of await Promise.all([readied(pool), readied(pool)])) {
      const death = lease.worker === undefined ? undefined : finish(lease.worker, unstoppable);
      await sleep(50);
      lease.worker?.terminate();
      expect(await death).toContain("terminated");
      pool.end(lease);
    }
    while (pool.stuck < 2) await sleep(5);
    expect(stuck.slice(0, 2)).toEqual([1, 2]);

    const processes = await Promise.all([readied(pool), readied(pool)]);
    for (const { worker } of processes) expect(worker?.isThread).toBe(false);
    const [first, second] = processes.map(({ worker }) => worker);
    expect(first === undefined ? undefined : await finish(first)).toBe("Completed");
    const killed = second === undefined ? undefined : finish(second, unstoppable);
    second?.terminate();
    expect(await killed).toContain("terminated");

    while (pool.stuck > 0) await sleep(20);
    for (const lease of processes) pool.end(lease);
    while ((await readied(pool)).worker?.isThread === false);
  }, 60_000);

  it("fails waiting and later runs once it is closed", async () => {
    const pool = makePool();
    const waits = take(pool).worker;
    pool.close();
    await expect(waits).rejects.toThrow("terminated");
    await expect(take(pool).worker).rejects.toThrow("closed");
    expect(pool.size).toBe(0);
  });
});

/** A lease with a ready worker. */
const readied = async (pool: WorkerPool): Promise<Lease> => {
  const { lease, worker } = take(pool);
  await worker;
  return lease;
};

const failed = (message: string): void => {
  throw new Error(message);
};
