import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { RunClock } from "../src/host/run-clock.ts";

describe("RunClock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const start = (cpuMs = () => 0) => {
    const expired = vi.fn<() => void>();
    return { clock: new RunClock(1_000, cpuMs, expired), expired };
  };

  it("expires once at its limit", () => {
    const { expired } = start();
    vi.advanceTimersByTime(999);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(expired).toHaveBeenCalledOnce();
  });

  it("does not count pauses, which may overlap", () => {
    const { clock, expired } = start();
    vi.advanceTimersByTime(600);
    clock.pause();
    clock.pause();
    vi.advanceTimersByTime(10_000);
    clock.resume();
    vi.advanceTimersByTime(10_000);
    clock.resume();
    vi.advanceTimersByTime(399);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(expired).toHaveBeenCalledOnce();
  });

  it("lets code compute no longer than the limit while it is paused", () => {
    let cpuMs = 900;
    const { clock, expired } = start(() => cpuMs);
    clock.pause();
    vi.advanceTimersByTime(10_000);
    expect(expired).not.toHaveBeenCalled();
    cpuMs = 1_001;
    vi.advanceTimersByTime(250);
    expect(expired).toHaveBeenCalledOnce();
  });

  it("never expires once stopped", () => {
    const { clock, expired } = start();
    clock.pause();
    clock.stop();
    clock.resume();
    vi.advanceTimersByTime(10_000);
    expect(expired).not.toHaveBeenCalled();
  });
});
