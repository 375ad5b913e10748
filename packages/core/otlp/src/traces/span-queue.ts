import type { RecordedSpan } from "@executor/telemetry/tracing";
import { processedSpans } from "./metrics.ts";

export interface SpanQueueOptions {
  /** Spans that wait at most, those that are being sent included. A further one is dropped and counted. */
  readonly maxSize: number;
  /** Spans in a batch at most. */
  readonly maxBatchSize: number;
}

/** Spans that have ended and wait for their export, the oldest first. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  #spans: ReadonlyArray<RecordedSpan> = [];
  #added: Array<RecordedSpan> = [];
  #dropped = 0;
  #onBatch: (() => void) | undefined;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#spans.length + this.#added.length;
  }

  add(span: RecordedSpan): void {
    const { maxBatchSize, maxSize } = this.#options;
    if (this.size >= maxSize) {
      this.#dropped += 1;
      processedSpans.add(1, { "error.type": "queue_full" });
      return;
    }
    this.#added.push(span);
    if (this.size >= maxBatchSize) this.#onBatch?.();
  }

  /** Calls back once as soon as there is a whole batch, until the result is called. */
  onBatch(listener: () => void): () => void {
    const forget = () => {
      this.#onBatch = undefined;
    };
    this.#onBatch = () => {
      forget();
      listener();
    };
    if (this.size >= this.#options.maxBatchSize) this.#onBatch();
    return forget;
  }

  /** The oldest spans, which stay in the queue. */
  batch(): ReadonlyArray<RecordedSpan> {
    if (this.#added.length > 0) {
      this.#spans = [...this.#spans, ...this.#added];
      this.#added = [];
    }
    return this.#spans.slice(0, this.#options.maxBatchSize);
  }

  /** Removes a batch but for those of it that are to be sent again. */
  finish(batch: ReadonlyArray<RecordedSpan>, again: ReadonlyArray<RecordedSpan>): void {
    this.#spans = [...again, ...this.#spans.slice(batch.length)];
    const processed = batch.length - again.length;
    if (processed > 0) processedSpans.add(processed, { "error.type": undefined });
  }

  /** The number of spans that were dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
