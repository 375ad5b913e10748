import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient } from "../support/daemon/api-client.ts";
import type { Execution } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument } from "../support/upstreams/document-server.ts";
import { runCode } from "../support/daemon/run-code.ts";

const operations = ["list", "get", "count", "find", "watch"];

/** What the daemon said that it has done. */
interface Acknowledged {
  readonly executions: Array<Execution>;
  readonly added: Set<string>;
  readonly removed: Set<string>;
  /** Sources that it was asked to add or to remove without an answer: either is right. */
  readonly unknown: Set<string>;
}

/** What each round acknowledges at least before the daemon is killed. */
const atLeast = { executions: 10, sources: 4 };

/** Kills the daemon in the middle of writes, and remembers what was acknowledged. */
const writeUntilKilled = async (daemon: Daemon, round: number, seen: Acknowledged) => {
  const client = apiClient(daemon);
  const before = { executions: seen.executions.length, sources: seen.added.size };
  let killed = false;
  const failures: Array<unknown> = [];
  const untilKilled = async (write: (turn: number) => Promise<void>) => {
    for (let turn = 0; !killed; turn++) {
      await write(turn).catch((error: unknown) => {
        if (!killed) failures.push(error);
      });
    }
  };
  const execute = async (turn: number) => {
    seen.executions.push(await runCode(daemon, `return "round ${round}, turn ${turn}"`, 5_000));
  };
  const addAndRemove = async (turn: number) => {
    const namespace = `source_${round}_${turn}`;
    seen.unknown.add(namespace);
    await client.addSource({ namespace, kind: "openapi", document: petsDocument(...operations) });
    seen.unknown.delete(namespace);
    seen.added.add(namespace);
    if (turn % 3 !== 2) return;
    seen.added.delete(namespace);
    seen.unknown.add(namespace);
    const { status } = await daemon.request("DELETE", `/api/sources/${namespace}`);
    if (status !== 204) throw new Error(`DELETE of ${namespace} answered ${status}`);
    seen.unknown.delete(namespace);
    seen.removed.add(namespace);
  };
  const writers = [untilKilled(execute), untilKilled(execute), untilKilled(addAndRemove)];
  const enough = () =>
    seen.executions.length >= before.executions + atLeast.executions &&
    seen.added.size >= before.sources + atLeast.sources;
  while (!enough() && failures.length === 0) await sleep(20);
  await sleep(Math.random() * 300);
  killed = true;
  daemon.kill("SIGKILL");
  await Promise.all(writers);
  expect(failures).toEqual([]);
  expect(await daemon.exited).toBe("SIGKILL");
};

describe("a daemon that is killed while it writes", () => {
  const seen: Acknowledged = {
    executions: [],
    added: new Set(),
    removed: new Set(),
    unknown: new Set(),
  };
  let first: Daemon;
  let daemon: Daemon;

  beforeAll(async () => {
    first = await startDaemon();
    daemon = first;
  });
  afterAll(async () => {
    await daemon.stop();
    await first.stop();
  });

  it.each([0, 1, 2, 3])("has after kill %i all that it acknowledged", async (round) => {
    await writeUntilKilled(daemon, round, seen);

    daemon = await startDaemon({ dataDirectory: first.dataDirectory, port: first.port });
    for (const execution of seen.executions) {
      const reply = await daemon.request("GET", `/api/executions/${execution.id}`);
      expect(reply.json()).toMatchObject({ ...execution });
    }

    const sources = await apiClient(daemon).sources();
    const stored = new Set(sources.map(({ namespace }) => namespace));
    expect([...seen.added].filter((namespace) => !stored.has(namespace))).toEqual([]);
    expect([...seen.removed].filter((namespace) => stored.has(namespace))).toEqual([]);
    const known = (namespace: string) =>
      namespace === "executor" || seen.added.has(namespace) || seen.unknown.has(namespace);
    expect([...stored].filter((namespace) => !known(namespace))).toEqual([]);

    // Whole, or not there: also those that were being added as it died.
    for (const { namespace, toolCount } of sources) {
      if (namespace === "executor") continue;
      expect({ namespace, toolCount }).toEqual({ namespace, toolCount: operations.length });
      const found = await apiClient(daemon).searchTools({ namespace, query: "watch" });
      expect(found.items.map(({ address }) => address)).toEqual([`${namespace}.watch`]);
    }
    expect((await runCode(daemon, "return 1", 5_000)).status).toBe("completed");
  });

  it("leaves a database that is sound", async () => {
    await daemon.stop();
    expect(await daemon.exited).toBe(0);
    const database = new Database(join(first.dataDirectory, "executor.db"));
    try {
      expect(database.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      expect(database.query("PRAGMA foreign_key_check").all()).toEqual([]);
    } finally {
      database.close();
    }
    console.info(
      `${seen.executions.length} executions, ${seen.added.size} sources and ${seen.removed.size} removals acknowledged over four kills`,
    );
  });
});
