import { Clock, Effect } from "effect";
import { exportedPoints, lastSuccess } from "./metrics.ts";
import type { PushReport } from "./report.ts";
import { shownUrl } from "../settings/receiver.ts";

type State = "ok" | "failing" | "partial";

/** Records what came of each export, and logs when that changes: not each failure. */
export const makeHealth = (url: string, intervalMillis: number) => {
  let state: State = "ok";

  const log = (next: State, { accepted, rejected, message, failure }: PushReport) => {
    if (next === "failing") {
      return Effect.logWarning(
        `Metrics cannot be pushed to ${shownUrl(url)}, because ${failure?.reason ?? "of an unknown failure"}. Trying again every ${intervalMillis} ms.`,
      );
    }
    if (next === "partial") {
      return Effect.logWarning(
        `The receiver at ${shownUrl(url)} rejected ${rejected} of ${accepted + rejected} data points${message === "" ? "." : `: "${message}"`}`,
      );
    }
    return Effect.logInfo(`All metrics are pushed to ${shownUrl(url)} again.`);
  };

  return (report: PushReport): Effect.Effect<void> =>
    Effect.gen(function* () {
      const { accepted, rejected, failed, message, failure } = report;
      if (accepted > 0) exportedPoints.add(accepted, { "error.type": undefined });
      if (rejected > 0) exportedPoints.add(rejected, { "error.type": "rejected" });
      if (failed > 0) exportedPoints.add(failed, { "error.type": failure?.errorType });
      if (failure === undefined) {
        lastSuccess.set((yield* Clock.currentTimeMillis) / 1_000, {});
      }
      const next: State =
        failure === undefined ? (rejected > 0 || message !== "" ? "partial" : "ok") : "failing";
      if (next === state) return;
      state = next;
      yield* log(next, report);
    });
};
