import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { KnownEras } from "../../src/connections/known-eras.ts";

const hourMs = 60 * 60_000;

describe("KnownEras", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("remembers a server of an older version for a day since it was last found to be one", () => {
    const eras = new KnownEras();
    eras.keepLegacy("a", "sse");
    vi.advanceTimersByTime(23 * hourMs);
    expect(eras.legacyTransport("a")).toBe("sse");
    vi.advanceTimersByTime(hourMs);
    expect(eras.legacyTransport("a")).toBeUndefined();
    eras.keepLegacy("a", "http");
    expect(eras.legacyTransport("a")).toBe("http");
    expect(eras.hasAnswered("a")).toBe(true);
    eras.keepLegacy("a", "stdio", false);
    expect([eras.legacyTransport("a"), eras.hasAnswered("a")]).toEqual(["stdio", false]);
    eras.forget("a");
    expect(eras.legacyTransport("a")).toBeUndefined();
  });

  it("remembers the servers that were found last", () => {
    const eras = new KnownEras();
    for (let index = 0; index < 1_500; index += 1) {
      eras.keepLegacy(`server ${index}`, "http");
      eras.keepLegacy("kept", "stdio");
    }
    expect(eras.legacyTransport("server 0")).toBeUndefined();
    expect(eras.legacyTransport("server 1499")).toBe("http");
    expect(eras.legacyTransport("kept")).toBe("stdio");
  });
});
