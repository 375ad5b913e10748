import type { Counter } from "@executor/telemetry";

export interface ExportQueueOptions {
  /** Items that wait at most, those that are being sent included. A further one is dropped and counted. */
  readonly maxSize: number;
  /** Items in a batch at most. */
  readonly maxBatchSize: number;
  /** Counts the items that leave the queue, and under `queue_full` those that find it full. */
  readonly processed: Counter<"error.type">;
}

/** Items that wait for their export, the oldest first. */
export class ExportQueue<Item> {
  readonly #options: ExportQueueOptions;
  #items: ReadonlyArray<Item> = [];
  #added: Array<Item> = [];
  #dropped = 0;
  #onBatch: (() => void) | undefined;

  constructor(options: ExportQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#items.length + this.#added.length;
  }

  add(item: Item): void {
    const { maxBatchSize, maxSize, processed } = this.#options;
    if (this.size >= maxSize) {
      this.#dropped += 1;
      processed.add(1, { "error.type": "queue_full" });
      return;
    }
    this.#added.push(item);
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

  /** The oldest items, which stay in the queue. */
  batch(): ReadonlyArray<Item> {
    if (this.#added.length > 0) {
      this.#items = [...this.#items, ...this.#added];
      this.#added = [];
    }
    return this.#items.slice(0, this.#options.maxBatchSize);
  }

  /** Removes a batch but for those of it that are to be sent again. */
  finish(batch: ReadonlyArray<Item>, again: ReadonlyArray<Item>): void {
    this.#items = [...again, ...this.#items.slice(batch.length)];
    const left = batch.length - again.length;
    if (left > 0) this.#options.processed.add(left, { "error.type": undefined });
  }

  /** The number of items that were dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
