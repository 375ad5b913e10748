import { Clock, Effect } from "effect";
import { shownUrl } from "../settings/receiver.ts";
import { type Signal, signalTraits } from "../settings/signal.ts";
import type { Failed } from "./answer.ts";
import { exportedItems, lastSuccess } from "./metrics.ts";

/** Result of one export. */
export interface PushReport {
  /** Requests that were sent; retries do not count. */
  readonly requests: number;
  readonly accepted: number;
  /** Items that the receiver left out of requests that it took. */
  readonly rejected: number;
  readonly failed: number;
  /** Remark of the receiver on requests that it took; `""` for none. */
  readonly message: string;
  /** The first failure, unless a later one stopped the export. */
  readonly failure: Failed | undefined;
  /** Status of the last answer. */
  readonly status: number | undefined;
}

export const emptyReport: PushReport = {
  requests: 0,
  accepted: 0,
  rejected: 0,
  failed: 0,
  message: "",
  failure: undefined,
  status: undefined,
};

export const addReports = (first: PushReport, second: PushReport): PushReport => ({
  requests: first.requests + second.requests,
  accepted: first.accepted + second.accepted,
  rejected: first.rejected + second.rejected,
  failed: first.failed + second.failed,
  message: first.message === "" ? second.message : first.message,
  failure:
    second.failure?.isGeneral === true && first.failure?.isGeneral !== true
      ? second.failure
      : (first.failure ?? second.failure),
  status: second.status ?? first.status,
});

/** Of a request that the receiver did not take. */
export const failedReport = (failure: Failed, items: number): PushReport => ({
  ...emptyReport,
  requests: 1,
  failed: items,
  failure,
  status: failure.status,
});

/** Records each report in the metrics of the push, and logs the first one of a new state. */
export const makeReporter = (signal: Signal, url: string) => {
  const exported = exportedItems[signal];
  let state: State = "ok";
  return (report: PushReport): Effect.Effect<void> =>
    Effect.gen(function* () {
      const { accepted, rejected, failed, failure } = report;
      if (accepted > 0) exported.add(accepted, { "error.type": undefined });
      if (rejected > 0) exported.add(rejected, { "error.type": "rejected" });
      if (failed > 0) exported.add(failed, { "error.type": failure?.errorType });
      if (failure === undefined) {
        lastSuccess[signal].set((yield* Clock.currentTimeMillis) / 1_000, {});
      }
      const next = stateOf(report);
      if (next === state) return;
      state = next;
      yield* logState(next, signal, report, shownUrl(url));
    });
};

type State = "ok" | "failing" | "partial";

const stateOf = ({ failure, rejected, message }: PushReport): State => {
  if (failure !== undefined) return "failing";
  return rejected > 0 || message !== "" ? "partial" : "ok";
};

const logState = (
  state: State,
  signal: Signal,
  { accepted, rejected, message, failure }: PushReport,
  receiver: string,
): Effect.Effect<void> => {
  const { title, item } = signalTraits[signal];
  switch (state) {
    case "ok":
      return Effect.logInfo(`All ${signal} are pushed to ${receiver} again.`);
    case "failing":
      return Effect.logWarning(
        `${title} cannot be pushed to ${receiver}, because ${failure?.reason ?? "of an unknown failure"}. Each later push tries again.`,
      );
    case "partial":
      return Effect.logWarning(
        `The receiver at ${receiver} rejected ${rejected} of ${accepted + rejected} ${item}s${message === "" ? "." : `: "${message}"`}`,
      );
  }
};
