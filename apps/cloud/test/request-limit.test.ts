import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { RequestLimit } from "../src/auth/request-limit.ts";

const minuteMs = 60_000;
const start = 1_777_000_000_000;

/** Seconds to wait that a refusal names, else 0. */
const take = (limit: RequestLimit, subject: string, now: number): number =>
  Number(limit.take(subject, now)?.response.headers.get("retry-after") ?? 0);

describe("RequestLimit", () => {
  it("refuses with what a client needs in order to wait", async () => {
    const limit = new RequestLimit(2);
    expect(limit.take("key:a", start)).toBeUndefined();
    expect(limit.take("key:a", start)).toBeUndefined();
    const refusal = limit.take("key:a", start + 1000);
    expect(refusal?.outcome).toBe("rate_limited");
    expect(refusal?.response.status).toBe(429);
    expect(refusal?.response.headers.get("retry-after")).toBe("29");
    expect(await refusal?.response.json()).toMatchObject({
      _tag: "TooManyRequests",
      limit: 2,
      retryAfterSeconds: 29,
    });
  });

  it("lets a minute's number through at once, and one more for each share of a minute", () => {
    const steps = fc.array(
      fc.record({ subject: fc.constantFrom("key:a", "key:b"), afterMs: fc.nat(20_000) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), steps, (perMinute, requests) => {
        const limit = new RequestLimit(perMinute);
        const share = minuteMs / perMinute;
        for (let count = 0; count < perMinute; count += 1) {
          expect(take(limit, "key:a", start)).toBe(0);
        }
        expect(take(limit, "key:a", start)).toBeGreaterThan(0);
        let now = start;
        let letIn = perMinute;
        for (const { afterMs, subject } of requests) {
          now += afterMs;
          const waitSeconds = take(limit, subject, now);
          if (subject === "key:b") continue;
          letIn += waitSeconds === 0 ? 1 : 0;
          expect((waitSeconds - 1) * 1000).toBeLessThanOrEqual(share);
          expect(letIn).toBeLessThanOrEqual(perMinute + (now - start) / share + 0.5);
        }
        const waitMs = Math.max(take(limit, "key:a", now) * 1000, share);
        expect(take(limit, "key:a", now + waitMs)).toBe(0);
      }),
    );
  });

  it("remembers a bounded number of subjects, those that asked last", () => {
    const limit = new RequestLimit(1);
    const others = (from: number, to: number) => {
      for (let count = from; count < to; count += 1) take(limit, `key:${count}`, start);
    };
    take(limit, "key:a", start);
    others(0, 9_999);
    expect(take(limit, "key:a", start)).toBe(60);
    others(9_999, 10_001);
    expect(take(limit, "key:a", start)).toBe(0);
  });
});
