import type { Execution, PendingApproval } from "@executor/execution";
import { DateTime } from "effect";

/** An execution as structured content, in the shape of {@link ./output-schema.ts}; what there is none of is left out. */
export const executionContent = (execution: Execution): Record<string, unknown> => {
  const { id, status, durationMs, toolCalls, output, error, console, consoleTruncated, approvals } =
    execution;
  return {
    executionId: id,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    toolCalls,
    ...(output !== null && {
      result: output.value,
      truncated: output.truncated,
      totalChars: output.totalChars,
    }),
    ...(error !== null && {
      error: {
        name: error.name,
        message: error.message,
        ...(error.stack !== undefined && { stack: error.stack }),
      },
    }),
    ...(console.length > 0 && {
      console: console.map(({ level, text }) => ({ level, text })),
      consoleTruncated,
    }),
    ...(approvals.length > 0 && { approvals: approvals.map(approvalContent) }),
  };
};

const approvalContent = (approval: PendingApproval): Record<string, unknown> => ({
  approvalId: approval.id,
  kind: approval.kind,
  tool: approval.address,
  message: approval.message,
  input: approval.input,
  ...(approval.kind === "form" && { requestedSchema: approval.requestedSchema }),
  expiresAt: DateTime.formatIso(approval.expiresAt),
});
