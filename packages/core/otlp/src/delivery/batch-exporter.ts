import type { HttpClient } from "@effect/platform";
import type { Counter } from "@executor/telemetry";
import { Effect, type Scope } from "effect";
import type { InstrumentationScope, Sender } from "../metrics/encoding.ts";
import type { BatchSettings } from "../settings/batches.ts";
import type { ExporterSettings } from "../settings/exporter.ts";
import { type Signal, signalTraits } from "../settings/signal.ts";
import { type ExportRequest, makeDelivery } from "./delivery.ts";
import { ExportQueue } from "./export-queue.ts";
import type { PushReport } from "./report.ts";

export interface BatchExporterOptions<Item> {
  readonly signal: Signal;
  readonly settings: ExporterSettings & BatchSettings;
  readonly scope: InstrumentationScope;
  /** Writes a request of the signal. */
  readonly encode: (sender: Sender, items: ReadonlyArray<Item>) => Uint8Array;
  /** Bytes that an item takes, roughly. */
  readonly bytesOf: (item: Item) => number;
  readonly processed: Counter<"error.type">;
  /** A sentence that says what to do where items are dropped. */
  readonly advice: string;
  /** Attributes of the resource that win over those of the settings; asked for at each request. */
  readonly resource?: () => Readonly<Record<string, string>>;
  /** Bytes that wait at most; 16 MiB unless given. */
  readonly maxQueueBytes?: number;
}

/** Sends the items of a signal in batches, from a queue of bounded size. */
export interface BatchExporter<Item> {
  /** Adds an item to the queue, or drops and counts it. It is called while others wait. */
  readonly add: (item: Item) => void;
  /** Exports what waits, in batches, until the receiver fails. What it may take later stays in the queue. */
  readonly flush: Effect.Effect<void>;
  /** Exports these items alone, past the queue and without retries, and neither records nor logs the report. */
  readonly tryOnce: (items: ReadonlyArray<Item>) => Effect.Effect<PushReport>;
  /** The number of items in the queue, those that are being sent included. */
  readonly waiting: () => number;
  /**
   * Calls back whenever a whole batch waits; after an export that failed, not before a later one has worked. For an app that exports
   * by `flush` alone: the loop of `exportForever` waits for batches itself.
   */
  readonly onBatch: (listener: () => void) => void;
  /** Announces the end, after which an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
  /** Exports at the interval and whenever there is a whole batch, and the rest when the scope closes. */
  readonly exportForever: Effect.Effect<void, never, Scope.Scope>;
}

const mebibyte = 1024 * 1024;

/** An exporter in batches; what it logs goes to the loggers of the fiber that makes it. */
export const makeBatchExporter = <Item>({
  signal,
  settings,
  scope,
  encode,
  bytesOf,
  processed,
  advice,
  resource = () => ({}),
  maxQueueBytes = 16 * mebibyte,
}: BatchExporterOptions<Item>): Effect.Effect<BatchExporter<Item>, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const { name, version } = scope;
    const delivery = yield* makeDelivery({ signal, settings, userAgent: `${name}/${version}` });
    const { intervalMillis, maxBatchSize, maxSize } = settings;
    const queue = new ExportQueue<Item>({
      maxBatchSize,
      maxSize,
      bytesOf,
      maxBytes: maxQueueBytes,
      processed,
    });
    const sender = (): Sender => {
      const attributes = { ...settings.resource, ...resource() };
      return {
        resource: Object.entries(attributes).map(([key, value]) => ({ key, value })),
        scope,
      };
    };
    const { item } = signalTraits[signal];
    let wasFull = false;
    let listener: (() => void) | undefined;

    const requestOf = (items: ReadonlyArray<Item>, taken: Set<Item>): ExportRequest => ({
      items: items.length,
      encode: () => encode(sender(), items),
      halve: () => {
        const middle = Math.ceil(items.length / 2);
        return items.length < 2
          ? undefined
          : [requestOf(items.slice(0, middle), taken), requestOf(items.slice(middle), taken)];
      },
      accept: () => {
        for (const sent of items) taken.add(sent);
      },
    });

    /** Sends the oldest batch. Whether the next one is worth an attempt. */
    const sendBatch = Effect.gen(function* () {
      const batch = queue.batch(delivery.maxRequestBytes());
      const taken = new Set<Item>();
      const requests = [requestOf(batch, taken)];
      const { failure } = yield* delivery.push(Effect.succeed(Effect.sync(() => requests.pop())));
      const mayWorkLater = failure?.retryable === true;
      queue.finish(batch, new Set(mayWorkLater ? batch.filter((sent) => !taken.has(sent)) : []));
      return failure?.isGeneral !== true;
    });

    const tellDropped = Effect.suspend(() => {
      const dropped = queue.takeDropped();
      const isNew = dropped > 0 && !wasFull;
      wasFull = dropped > 0;
      return isNew
        ? Effect.logWarning(
            `${dropped} ${item}s were dropped, because ${maxSize} others waited for their export, or ${maxQueueBytes / mebibyte} MiB of them. ${advice}`,
          )
        : Effect.void;
    });

    /** Whether all went well. */
    const sendAll: Effect.Effect<boolean> = Effect.suspend(() =>
      queue.size === 0
        ? Effect.succeed(true)
        : Effect.flatMap(sendBatch, (worked) => (worked ? sendAll : Effect.succeed(false))),
    );
    const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1);
    const send = oneAtATime(Effect.zipLeft(sendAll, tellDropped));
    const listen = () => {
      if (listener !== undefined) queue.onBatch(listener);
    };
    const flush = Effect.map(send, (worked) => {
      if (worked) listen();
    });
    const tellLost = Effect.suspend(() =>
      queue.size === 0
        ? Effect.void
        : Effect.logWarning(
            `${queue.size} ${item}s are lost, because the daemon ends and the receiver did not take them.`,
          ),
    );
    const sendForever = (worked: boolean): Effect.Effect<never> =>
      due(worked ? queue : undefined, intervalMillis).pipe(
        Effect.zipRight(send),
        Effect.flatMap(sendForever),
      );
    return {
      add: (added) => queue.add(added),
      flush,
      tryOnce: (items) => {
        const requests = [requestOf(items, new Set())];
        return delivery.tryOnce(Effect.succeed(Effect.sync(() => requests.pop())));
      },
      waiting: () => queue.size,
      onBatch: (called) => {
        listener = called;
        listen();
      },
      stopping: delivery.stopping,
      silence: delivery.silence,
      // The loop ends before the last export begins.
      exportForever: Effect.zipRight(
        Effect.addFinalizer(() => Effect.zipRight(flush, tellLost)),
        Effect.asVoid(Effect.forkScoped(sendForever(true))),
      ),
    };
  });

/** Waits for the interval, or for a whole batch in the queue. */
const due = (
  queue: Pick<ExportQueue<never>, "onBatch"> | undefined,
  intervalMillis: number,
): Effect.Effect<void> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.void);
    const timer = setTimeout(done, intervalMillis);
    const forget = queue?.onBatch(done);
    return Effect.sync(() => {
      clearTimeout(timer);
      forget?.();
    });
  });
