import { Cause, DateTime, Effect, Exit, Option } from "effect";
import {
  recordSourceFailed,
  recordSourceWorked,
  sourceCalls,
  toolCallDuration,
  toolCallErrors,
  toolCallRefusals,
  toolCalls,
  toolResultSize,
} from "../metrics.ts";
import type { ToolResult } from "../model/plugin.ts";
import { unknownSource } from "../model/source-in-use.ts";
import type { Namespace, SourceKind } from "../model/source.ts";
import type { Tool, ToolCallError, ToolCallOutcome } from "../model/tool.ts";
import { type Attributes, type RecordedSpan, traced } from "@executor/telemetry/tracing";

/** Time since its creation, without the time during which anything waited for a person. */
export class ActiveTime {
  #activeMs = 0;
  #activeSince = performance.now();
  #waits = 0;

  /** Begins a wait; several may overlap. */
  beginWait(): void {
    if (this.#waits === 0) this.#activeMs += performance.now() - this.#activeSince;
    this.#waits++;
  }

  endWait(): void {
    this.#waits--;
    if (this.#waits === 0) this.#activeSince = performance.now();
  }

  elapsedMs(): number {
    return this.#activeMs + (this.#waits === 0 ? performance.now() - this.#activeSince : 0);
  }
}

/** Leaves the time during which `wait` runs out of `time`. */
export const waiting = <A, E, R>(
  time: ActiveTime,
  wait: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => time.beginWait()),
    () => wait,
    () => Effect.sync(() => time.endWait()),
  );

/** Tool that a call has found, and its source. */
export interface MeasuredTool {
  readonly tool: Tool;
  readonly source: { readonly namespace: Namespace; readonly kind: SourceKind };
}

/** What a call tells its measurement. */
export class CallMeasurement {
  readonly time = new ActiveTime();
  /** `undefined` until the call has found its tool. */
  called: MeasuredTool | undefined;
}

/** Records a call however it ends, without the time that the call says it waited. */
export const measured = <A extends ToolResult>(
  call: (measurement: CallMeasurement) => Effect.Effect<A, ToolCallError>,
): Effect.Effect<A, ToolCallError> =>
  Effect.suspend(() => {
    const measurement = new CallMeasurement();
    return call(measurement).pipe(
      Effect.onExit((exit) => {
        record(measurement.called, measurement.time.elapsedMs() / 1000, exit);
        return Effect.void;
      }),
      traced(() => ({
        name: executeTool,
        attributes: () => spanAttributes,
        onEnd: (span, exit) => describeCall(span, measurement.called, exit),
      })),
    );
  });

/** `gen_ai.operation.name` of a tool call, and the beginning of its span's name (OpenTelemetry's gen_ai conventions). */
const executeTool = "execute_tool";

/** The tools are those that the daemon calls itself, at other APIs. */
const spanAttributes: Attributes = {
  "gen_ai.operation.name": executeTool,
  "gen_ai.tool.type": "extension",
};

/** Names a call's span by the tool, which was known once the call had found it; blocked and declined calls are no errors. */
const describeCall = (
  span: RecordedSpan,
  called: MeasuredTool | undefined,
  exit: Exit.Exit<ToolResult, ToolCallError>,
): void => {
  const address = called?.tool.address ?? unknownTool;
  const { outcome, errorType } = Exit.isSuccess(exit) ? succeeded : endOf(exit.cause);
  span.name = `${executeTool} ${address}`;
  span.set({
    "gen_ai.tool.name": address,
    "executor.source": called?.source.namespace ?? unknownSource,
    "executor.outcome": outcome,
  });
  if (isRefusal(outcome)) span.set({ "executor.refusal.reason": errorType });
  else if (errorType !== undefined) span.fail(errorType);
  span.judge();
};

const isRefusal = (outcome: ToolCallOutcome): boolean =>
  outcome === "blocked" || outcome === "declined";

/** Label for an address that a client named and no tool has. */
const unknownTool = "_OTHER";

const record = (
  called: MeasuredTool | undefined,
  seconds: number,
  exit: Exit.Exit<ToolResult, ToolCallError>,
): void => {
  const source = called?.source.namespace ?? unknownSource;
  const labels = {
    "mcp.tool.name": called?.tool.address ?? unknownTool,
    "executor.source": source,
  };
  const { outcome, errorType } = Exit.isSuccess(exit) ? succeeded : endOf(exit.cause);
  toolCalls.add(1, { ...labels, outcome });
  sourceCalls.add(1, { "executor.source": source, outcome });
  toolCallDuration.record(seconds, labels);
  if (isRefusal(outcome)) {
    toolCallRefusals.add(1, { "executor.source": source, reason: errorType });
  } else if (errorType !== undefined) {
    toolCallErrors.add(1, { "executor.source": source, "error.type": errorType });
  }
  if (Exit.isSuccess(exit)) toolResultSize.record(exit.value.size, { "executor.source": source });
  if (called === undefined) return;
  if (errorType === "connection_error") recordSourceFailed(called.source);
  else if (outcome === "ok") recordSourceWorked(called.source, DateTime.unsafeNow());
};

/** How a call ended: its outcome, and why it failed or was refused. */
interface End {
  readonly outcome: ToolCallOutcome;
  readonly errorType: string | undefined;
}

const succeeded: End = { outcome: "ok", errorType: undefined };

/** A call is interrupted because its caller gave up; a defect is the plugin's own failure. */
export const endOf = (cause: Cause.Cause<ToolCallError>): End =>
  Option.match(Cause.failureOption(cause), {
    onNone: () =>
      Cause.isInterruptedOnly(cause)
        ? { outcome: "cancelled", errorType: undefined }
        : { outcome: "tool_error", errorType: "internal_error" },
    onSome: (error) => error,
  });
