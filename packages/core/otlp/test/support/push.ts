import { afterEach, beforeEach } from "@effect/vitest";
import type { PushReport } from "../../src/delivery/report.ts";
import type { MetricsSettings } from "../../src/settings/metrics.ts";
import { settingsFor, startExporter } from "./exporter.ts";
import type { TestExporter } from "./exporter.ts";
import { ok, startReceiver } from "./receiver.ts";
import type { Answer, Receiver } from "./receiver.ts";
import { makeRegistry } from "./registry.ts";
import type { Registry } from "./registry.ts";

/** A registry with one point, a receiver and exporters of one test. */
export class PushTest {
  registry: Registry = makeRegistry();
  receiver: Receiver = startReceiver();
  readonly #exporters: Array<TestExporter> = [];

  constructor() {
    this.registry.counter("calls", 1);
  }

  /** An exporter that ends with the test. */
  start(changes: Partial<MetricsSettings> = {}): TestExporter {
    return this.add(startExporter(this.registry, settingsFor(this.receiver.url, changes)));
  }

  add(exporter: TestExporter): TestExporter {
    this.#exporters.push(exporter);
    return exporter;
  }

  /** One push to a receiver that answers like this. */
  async attempts(
    answer: Answer,
    changes: Partial<MetricsSettings> = {},
  ): Promise<{
    readonly report: PushReport;
    readonly requests: number;
    readonly exporter: TestExporter;
  }> {
    this.receiver.answerWith(answer);
    const exporter = this.start(changes);
    const report = await exporter.push();
    return { report, requests: this.receiver.requests.length, exporter };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#exporters.map((exporter) => exporter.stop()));
    await this.receiver.stop();
  }
}

/** The {@link PushTest} of the running test. */
export const usePush = (): (() => PushTest) => {
  let current: PushTest | undefined;
  beforeEach(() => {
    current = new PushTest();
  });
  afterEach(() => current?.stop());
  return () => {
    if (current === undefined) throw new Error("There is a push within a test only.");
    return current;
  };
};

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(null, { status: code, headers });

/** Answers the first request with `first`, and later ones with 200. */
export const once =
  (first: Answer): Answer =>
  (received, index) =>
    index === 0 ? first(received, index) : ok(received, index);
