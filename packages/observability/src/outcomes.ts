/** How tool calls end, for those who judge tools by it: the `outcome` label of `executor.tool.calls`. */
const succeeded = ["ok"];
export const failed: ReadonlyArray<string> = ["tool_error", "upstream_error", "timeout"];

/**
 * Calls that say something about the tool: they reached it. A call that a policy blocked, a person declined or the input check
 * refused did not.
 */
export const judged: ReadonlyArray<string> = [...succeeded, ...failed];

/** Calls that were not somebody's decision: what {@link judged} has, and those with an input that the tool does not take. */
export const attempted: ReadonlyArray<string> = [...judged, "invalid_input"];
