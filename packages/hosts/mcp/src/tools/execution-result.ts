import type {
  ContentBlock,
  DeliveredExecution,
  Execution,
  PendingApproval,
} from "@executor/execution";
import { DateTime } from "effect";

/** An execution as content for a model: what happened as text, then the blocks that the code emitted and returned, in order. */
export const executionBlocks = (
  execution: DeliveredExecution,
): [ContentBlock, ...ReadonlyArray<ContentBlock>] => [
  { type: "text", text: executionText(execution) },
  ...execution.blocks,
];

/** An execution as text for a model: the outcome first, with the next step if that is not obvious. */
export const executionText = (execution: Execution): string =>
  [outcome(execution), consoleText(execution)].filter((part) => part !== "").join("\n\n");

const outcome = (execution: Execution): string => {
  const { status, output, error, approvals } = execution;
  if (status === "paused") return paused(execution.id, approvals);
  if (output !== null) {
    if (output.isNothing) return nothing(execution);
    if (!output.truncated) return `Result:\n${JSON.stringify(output.value)}`;
    const shown = typeof output.value === "string" ? output.value : JSON.stringify(output.value);
    return `Result, cut after ${shown.length} of ${output.totalChars} characters. Return less, for example only the fields that you need:\n${shown}`;
  }
  const { name, message, stack } = error ?? { name: "Error", message: `The run ended: ${status}.` };
  const trace = stack === undefined ? "" : `\n${stack}`;
  return `${titles[status]}\n${name}: ${message}${trace}`;
};

/** A model that forgot to return must not take that for an empty result, nor do everything again. */
const nothing = ({ console, content, toolCalls }: Execution): string => {
  if (content.length > 0) return `The code emitted ${blockCount(content.length)}, which follow.`;
  const calls = toolCalls === 0 ? "" : ` Its ${toolCalls} tool calls are done: do not repeat them.`;
  const shown = console.length === 0 ? "" : " What it logged is below.";
  return `The code completed and returned nothing.${calls}${shown} To see a value, end the code with \`return value\`.`;
};

const blockCount = (count: number): string => (count === 1 ? "1 block" : `${count} blocks`);

const titles: Readonly<Record<Execution["status"], string>> = {
  paused: "",
  running: "The run continues.",
  completed: "The run completed.",
  failed:
    "The run failed. Fix the code and run it again; calls that it made before are not undone.",
  timeout: "The run took too long and was ended.",
  out_of_memory: "The run needed too much memory and was ended.",
  cancelled: "The run was cancelled.",
  interrupted: "The run was interrupted.",
};

const paused = (id: string, approvals: ReadonlyArray<PendingApproval>): string =>
  [
    `The run is paused: it waits for a person. Ask them, then call resume with executionId "${id}", the approvalId, and their answer as the action (accept, decline or cancel).`,
    ...approvals.map(questionText),
  ].join("\n\n");

const questionText = (approval: PendingApproval): string => {
  const { id, kind, address, message, input, requestedSchema } = approval;
  const form =
    kind === "form"
      ? `\nThe answers, as content of the shape: ${JSON.stringify(requestedSchema)}`
      : "";
  return `approvalId "${id}", for ${address}: ${message}\nInput: ${JSON.stringify(input)}${form}`;
};

const consoleText = ({ console, consoleTruncated }: Execution): string => {
  if (console.length === 0) return "";
  const lines = console.map(({ level, text }) => `[${level}] ${text}`);
  if (consoleTruncated) lines.push("(the rest is cut)");
  return `Console:\n${lines.join("\n")}`;
};

/** An execution as structured content, in the shape of {@link outputSchema}; absent parts are left out. */
export const executionContent = (execution: Execution): Record<string, unknown> => {
  const { id, status, durationMs, toolCalls, output, error } = execution;
  const { approvals, console, consoleTruncated, content } = execution;
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
    ...(output?.isNothing === true && { note: nothing(execution) }),
    ...(content.length > 0 && { content: content.map(({ text: _, ...told }) => told) }),
    ...(error !== null && { error: { ...error } }),
    ...(console.length > 0 && {
      console: console.map((entry) => ({ ...entry })),
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

/** JSON Schema of the results of both tools, which {@link executionContent} makes. */
export const outputSchema = {
  type: "object" as const,
  properties: {
    executionId: { type: "string" },
    status: {
      type: "string",
      enum: ["completed", "failed", "timeout", "out_of_memory", "cancelled", "paused"],
    },
    durationMs: { type: "number", description: "Milliseconds, waiting for people left out." },
    toolCalls: { type: "integer" },
    result: {
      description:
        "The code's return value, if it completed. If truncated: the first characters of its JSON text.",
    },
    truncated: { type: "boolean", description: "Whether the result is cut." },
    totalChars: { type: "integer", description: "Characters of the whole result's JSON text." },
    note: { type: "string", description: "Only if the code returned nothing." },
    content: {
      type: "array",
      description: "Content blocks of the code, which follow the first text of this result.",
      items: {
        type: "object",
        properties: {
          type: { type: "string" },
          mimeType: { type: "string" },
          uri: { type: "string" },
          bytes: { type: "integer" },
        },
        required: ["type", "bytes"],
      },
    },
    error: {
      type: "object",
      description: "Reason why the code did not complete.",
      properties: {
        name: { type: "string" },
        message: { type: "string" },
        stack: { type: "string" },
      },
      required: ["name", "message"],
    },
    console: {
      type: "array",
      items: {
        type: "object",
        properties: { level: { type: "string" }, text: { type: "string" } },
        required: ["level", "text"],
      },
    },
    consoleTruncated: { type: "boolean" },
    approvals: {
      type: "array",
      description: "The questions that a paused execution waits for.",
      items: {
        type: "object",
        properties: {
          approvalId: { type: "string" },
          kind: { type: "string", enum: ["approval", "form"] },
          tool: { type: "string" },
          message: { type: "string" },
          input: { type: "object" },
          requestedSchema: {
            type: "object",
            description: "JSON Schema of the answer's content; only for a form.",
          },
          expiresAt: { type: "string", format: "date-time" },
        },
        required: ["approvalId", "kind", "tool", "message", "input", "expiresAt"],
      },
    },
  },
  required: ["executionId", "status", "durationMs", "toolCalls"],
};
