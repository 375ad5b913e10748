import type { Failed } from "./outcome.ts";

/** What became of one export. */
export interface PushReport {
  /** Requests that were sent, each counted once however often it was tried. */
  readonly requests: number;
  readonly accepted: number;
  /** Left out by the receiver, of requests that it took. */
  readonly rejected: number;
  readonly failed: number;
  /** What the receiver said beside taking requests; `""` for nothing. */
  readonly message: string;
  /** The first failure. */
  readonly failure: Failed | undefined;
  /** The status of the last answer. */
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
  failure: first.failure ?? second.failure,
  status: second.status ?? first.status,
});
