import type { Counter } from "@executor/telemetry";

export interface ExportQueueOptions<Item> {
  /** Items that wait at most, those that are being sent included. A further one is dropped and counted. */
  readonly maxSize: number;
  /** Items in a batch at most. */
  readonly maxBatchSize: number;
  /** Bytes that an item takes, roughly. */
  readonly bytesOf: (item: Item) => number;
  /** Bytes that wait at most, those that are being sent included. */
  readonly maxBytes: number;
  /** Counts the items that leave the queue, and under `queue_full` those that find it full. */
  readonly processed: Counter<"error.type">;
}

/** An item with its bytes, which are counted once. */
interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/** Items that wait for their export, the oldest first. */
export class ExportQueue<Item> {
  readonly #options: ExportQueueOptions<Item>;
  #items: ReadonlyArray<Waiting<Item>> = [];
  #added: Array<Waiting<Item>> = [];
  #bytes = 0;
  #dropped = 0;
  #onBatch: (() => void) | undefined;

  constructor(options: ExportQueueOptions<Item>) {
    this.#options = options;
  }

  get size(): number {
    return this.#items.length + this.#added.length;
  }

  add(item: Item): void {
    const { bytesOf, maxBatchSize, maxBytes, maxSize, processed } = this.#options;
    const bytes = bytesOf(item);
    if (this.size >= maxSize || this.#bytes + bytes > maxBytes) {
      this.#dropped += 1;
      processed.add(1, { "error.type": "queue_full" });
      return;
    }
    this.#added.push({ item, bytes });
    this.#bytes += bytes;
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

  /** The oldest items that have these bytes together at most, but one at least. They stay in the queue. */
  batch(maxBytes: number): ReadonlyArray<Item> {
    if (this.#added.length > 0) {
      this.#items = [...this.#items, ...this.#added];
      this.#added = [];
    }
    let bytes = 0;
    const oldest = this.#items.slice(0, this.#options.maxBatchSize);
    const end = oldest.findIndex((waiting) => (bytes += waiting.bytes) > maxBytes);
    return oldest.slice(0, end < 0 ? undefined : Math.max(1, end)).map(({ item }) => item);
  }

  /** Removes a batch but for those of it that are to be sent again. */
  finish(batch: ReadonlyArray<Item>, again: ReadonlySet<Item>): void {
    const sent = this.#items.slice(0, batch.length);
    const kept = sent.filter(({ item }) => again.has(item));
    this.#items = [...kept, ...this.#items.slice(batch.length)];
    this.#bytes -= sent.reduce((sum, { item, bytes }) => sum + (again.has(item) ? 0 : bytes), 0);
    const left = sent.length - kept.length;
    if (left > 0) this.#options.processed.add(left, { "error.type": undefined });
  }

  /** The number of items that were dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
