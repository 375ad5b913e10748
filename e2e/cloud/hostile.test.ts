import { sumOf } from "@executor/testing";
import { hostilePrograms } from "@executor/testing/hostile";
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { newOrganization } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { type Execute, fingerprint, runList } from "../support/hostile/list.ts";

/** Executions of one organization that run at once. */
const atOnce = 4;

/** Tests build on those above them. */
describe("every hostile program on workerd", () => {
  let app: CloudApp;
  let hostile: CloudClient;
  let other: CloudClient;

  const executeAs =
    (client: CloudClient): Execute =>
    (code, timeoutMs) =>
      client.execute(code, timeoutMs);

  beforeAll(async () => {
    app = await startCloud({
      variables: { EXECUTOR_MAX_REQUESTS: "100000", EXECUTOR_MAX_COMPUTING: "100000" },
    });
    hostile = await newOrganization(app, "hostile");
    other = await newOrganization(app, "other");
  });
  afterAll(() => app.stop());

  const families = Object.entries(Object.groupBy(hostilePrograms, ({ family }) => family));
  it.each(families)(
    "ends as it may, and leaves nothing behind: %s",
    async (_family, programs = []) => {
      const before = await fingerprint(executeAs(other));
      const { ends, wrongs } = await runList(executeAs(hostile), atOnce, programs);
      expect(wrongs).toEqual([]);
      expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(
        programs.length,
      );
      expect(await fingerprint(executeAs(other))).toBe(before);
      expect(sumOf(await hostile.metrics(), "executor_execution_active")).toBe(0);
    },
    600_000,
  );
});
