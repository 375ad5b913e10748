import { describe, expect, it } from "@effect/vitest";
import { overview } from "../../../src/commands/line/command-shape.ts";

const leaf = (name: string, description: string) => ({
  name,
  description: () => description,
  options: [],
  children: [],
});

describe("overview", () => {
  it("lists aligned commands, and the commands of a group in place of the group", () => {
    const root = {
      ...leaf("executor", "All of it"),
      children: [
        leaf("serve", "Run the daemon"),
        { ...leaf("sources", "Sources"), children: [leaf("add", "Add one")] },
        {
          ...leaf("metrics", "Watch"),
          options: [{ names: ["--once"], takesValue: false, repeats: false }],
          children: [leaf("push", "Push once, and say how that went")],
        },
      ],
    };
    expect(overview(root, ["executor"], 42)).toBe(
      [
        "All of it",
        "",
        "  executor serve         Run the daemon",
        "  executor sources add   Add one",
        "  executor metrics       Watch",
        "  executor metrics push  Push once, and s…",
        "",
        "A command with --help shows its arguments and options.",
      ].join("\n"),
    );
  });
});
