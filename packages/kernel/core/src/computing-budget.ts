import { Context } from "effect";

/** Computing that runs may use together. Without limits unless an app provides one. */
export class ComputingBudget extends Context.Reference<ComputingBudget>()(
  "@executor/kernel/ComputingBudget",
  {
    defaultValue: (): {
      /** Takes milliseconds that a run has computed. */
      readonly spend: (milliseconds: number) => void;
      /** Seconds until there is something left again; 0 while there is. */
      readonly retryAfterSeconds: () => number;
    } => ({ spend: () => {}, retryAfterSeconds: () => 0 }),
  },
) {}
