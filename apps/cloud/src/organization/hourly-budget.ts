import type { ComputingBudget } from "@executor/kernel";
import { Option, Schema } from "effect";

const hourMs = 3_600_000;

/** Milliseconds of computing after which the sum is written; an object that ends without a warning forgets less. */
const writtenEachMs = 1_000;

const key = "computing";

const Hour = Schema.Struct({ beganAt: Schema.Number, spentMs: Schema.Number });
type Hour = typeof Hour.Type;

const decodeHour = Schema.decodeUnknownOption(Hour);

/** Storage of an object, in which the sum survives it. */
export interface BudgetStorage {
  readonly get: (key: string) => Promise<unknown>;
  readonly put: (key: string, value: unknown) => Promise<void>;
}

/** The computing that an organization's executions may use in an hour, which begins with the first of them. */
export class HourlyBudget {
  readonly #storage: BudgetStorage;
  readonly #maxMs: number;
  #hour: Hour;
  #writtenMs: number;

  private constructor(storage: BudgetStorage, maxMs: number, hour: Hour) {
    this.#storage = storage;
    this.#maxMs = maxMs;
    this.#hour = hour;
    this.#writtenMs = hour.spentMs;
  }

  /** Goes on with the hour that the storage knows. */
  static async load(storage: BudgetStorage, maxSeconds: number): Promise<ComputingBudget["Type"]> {
    const saved = decodeHour(await storage.get(key));
    const hour = Option.getOrElse(saved, () => ({ beganAt: 0, spentMs: 0 }));
    return new HourlyBudget(storage, maxSeconds * 1000, hour);
  }

  readonly spend = (milliseconds: number): void => {
    this.#beginHour();
    this.#hour = { ...this.#hour, spentMs: this.#hour.spentMs + milliseconds };
    const { spentMs } = this.#hour;
    const isUsedUp = spentMs >= this.#maxMs && this.#writtenMs < this.#maxMs;
    if (spentMs - this.#writtenMs < writtenEachMs && !isUsedUp) return;
    this.#writtenMs = spentMs;
    void this.#storage.put(key, this.#hour);
  };

  readonly retryAfterSeconds = (): number => {
    this.#beginHour();
    const { beganAt, spentMs } = this.#hour;
    return spentMs < this.#maxMs ? 0 : Math.ceil((beganAt + hourMs - Date.now()) / 1000);
  };

  #beginHour(): void {
    if (Date.now() < this.#hour.beganAt + hourMs) return;
    this.#hour = { beganAt: Date.now(), spentMs: 0 };
    this.#writtenMs = 0;
  }
}
