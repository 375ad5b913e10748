import { describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";

const Line = Schema.parseJson(
  Schema.Struct({
    timestamp: Schema.DateFromString,
    level: Schema.Literal("INFO"),
    message: Schema.String,
  }),
);

describe("the daemon's log", () => {
  it("is JSON, a record a line, where EXECUTOR_LOG_FORMAT says so", async () => {
    const daemon = await startDaemon({ env: { EXECUTOR_LOG_FORMAT: "json" } });
    try {
      const lines = daemon.log().trimEnd().split("\n");
      const messages = lines.map((line) => Schema.decodeUnknownSync(Line)(line).message);
      expect(messages).toContainEqual(expect.stringMatching(/^Executor .* listens on /));
    } finally {
      await daemon.stop();
    }
  });

  it("is text unless another format is set", async () => {
    const daemon = await startDaemon();
    try {
      expect(daemon.log()).toMatch(/^timestamp=\S+Z level=INFO message="Executor .* listens on /m);
    } finally {
      await daemon.stop();
    }
  });

  it("has no other format, which is said before anything starts", async () => {
    const result = await runExecutor(["serve"], { env: { EXECUTOR_LOG_FORMAT: "xml" } });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("EXECUTOR_LOG_FORMAT holds no format of logs");
  });
});
