import type { Execution, PendingApproval } from "@executor/execution";

/** An execution as a model reads it best: what came of it first, and what to do where that is not plain. */
export const executionText = (execution: Execution): string =>
  [outcome(execution), consoleText(execution)].filter((part) => part !== "").join("\n\n");

const outcome = (execution: Execution): string => {
  const { status, output, error, approvals } = execution;
  if (status === "paused") return paused(execution.id, approvals);
  if (output !== null) {
    if (!output.truncated) return `Result:\n${JSON.stringify(output.value)}`;
    const shown = typeof output.value === "string" ? output.value : JSON.stringify(output.value);
    return `Result, cut after ${shown.length} of ${output.totalChars} characters. Return less, for example only the fields that you need:\n${shown}`;
  }
  const { name, message, stack } = error ?? { name: "Error", message: `The run ended: ${status}.` };
  const trace = stack === undefined ? "" : `\n${stack}`;
  return `${titles[status]}\n${name}: ${message}${trace}`;
};

const titles: Readonly<Record<Execution["status"], string>> = {
  paused: "",
  running: "The run goes on.",
  completed: "The run completed.",
  failed:
    "The run failed. Mend the code and run it again; calls that it made before are not undone.",
  timeout: "The run took too long and was ended.",
  out_of_memory: "The run needed too much memory and was ended.",
  cancelled: "The run was cancelled.",
};

const paused = (id: string, approvals: ReadonlyArray<PendingApproval>): string =>
  [
    `The run is paused: it waits for a person. Ask them, then call resume with executionId "${id}", the approvalId, and what they said as the action (accept, decline or cancel).`,
    ...approvals.map(question),
  ].join("\n\n");

const question = (approval: PendingApproval): string => {
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
