import type { ToolAnnotations } from "./tool.ts";

/** What happens when a tool is called: it runs, a person is asked first, or it is refused. */
export type PolicyDecision = "allow" | "approve" | "block";

/** The decision where no policy names the tool: reads run, everything else asks first. */
export const defaultPolicy = (annotations: ToolAnnotations): PolicyDecision =>
  annotations.requiresApproval || annotations.destructive || !annotations.readOnly
    ? "approve"
    : "allow";
