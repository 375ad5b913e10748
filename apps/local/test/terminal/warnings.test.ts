import { describe, expect, it } from "@effect/vitest";
import { Namespace, SourceDetails, type SourceWarning } from "@executor/sdk/schemas";
import { allWarnings, firstWarnings } from "../../src/terminal/warnings.ts";

const source = (warningCount: number, warnings: ReadonlyArray<SourceWarning>) =>
  new SourceDetails({
    namespace: Namespace.make("shop"),
    kind: "openapi",
    name: "Shop",
    url: null,
    enabled: true,
    toolCount: 1,
    pendingToolCount: 0,
    headerNames: [],
    refreshedAt: null,
    state: { status: "ready", code: null, reason: null, since: null, retryAt: null },
    lastError: null,
    warningCount,
    descriptionUrl: null,
    baseUrl: null,
    transport: null,
    envNames: [],
    timeoutMs: 30_000,
    only: null,
    hasOverlay: false,
    checkInputs: true,
    reviewNewWrites: false,
    traceContext: true,
    instructions: null,
    warnings,
  });

const warnings = (length: number) =>
  Array.from({ length }, (_, index) => ({ code: "c", message: `${index}`, place: null }));

describe("warnings", () => {
  it("are lines with their places, without what moves a cursor", () => {
    const place = "/paths/~1a\u001b[2J\r\n/get";
    expect(allWarnings(source(1, [{ code: "c", message: "Gone\u0007.", place }]))).toEqual([
      "1 warning:",
      "- c at /paths/~1a[2J /get: Gone.",
    ]);
    expect(allWarnings(source(0, []))).toEqual([]);
  });

  it("are at most ten, and the command that shows the others", () => {
    expect(firstWarnings(source(10, warnings(10)))).toHaveLength(11);
    const lines = firstWarnings(source(3_000, warnings(101)));
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe("3000 warnings:");
    expect(lines.at(-1)).toBe("and 2990 more: executor sources show shop");
  });
});
