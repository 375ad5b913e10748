import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber, Scope } from "effect";
import { answering, call, plugin, programSettings, settingsOf } from "../support/source.ts";
import { untilEffect } from "@executor/testing";

describe("a program", () => {
  it.scopedLive("is loaded and called", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = programSettings();
      const source = yield* mcp.load(settings);
      expect(source).toMatchObject({ name: "Test Server", url: "stdio:bun" });
      const calls = Array.from({ length: 50 }, (_, message) =>
        call(mcp, settings, "echo", { message }),
      );
      const replies = yield* Effect.all(calls, { concurrency: "unbounded" });
      expect(replies.map(({ data }) => data)).toEqual(calls.map((_, index) => String(index)));
    }),
  );

  it.scopedLive(
    "that ends during a call is a connection error, and is restarted by the next call",
    () =>
      Effect.gen(function* () {
        const mcp = yield* plugin;
        const settings = programSettings();
        const [first, second] = yield* Effect.all(
          [Effect.flip(call(mcp, settings, "die")), Effect.flip(call(mcp, settings, "hang"))],
          { concurrency: "unbounded" },
        );
        for (const error of [first, second]) {
          expect(error).toMatchObject({ outcome: "upstream_error", errorType: "connection_error" });
        }
        expect(first.message).toMatch(/bun could not be run or has ended \(exit code 1\)/);
        expect((yield* call(mcp, settings, "echo", { message: "again" })).data).toBe("again");
      }),
  );

  it.scopedLive("that ends at once is reported with its standard error", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = programSettings("quit", { env: { TEST_KEY: "from the source" } });
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error._tag).toBe("SourceUnreachable");
      expect(error.message).toMatch(/\(exit code 3\).*It wrote: No key: from the source/);
    }),
  );

  it.scopedLive("that does not exist is named in the error", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const error = yield* Effect.flip(mcp.load(settingsOf({ command: "no-such-program" })));
      expect(error.message).toMatch(/no-such-program could not be run or has ended \(ENOENT\)/);
    }),
  );

  it.scopedLive(
    "gets only the environment variables that programs need, and its own before those",
    () =>
      Effect.gen(function* () {
        const own = { EXECUTOR_TEST_ONLY: "private", https_proxy: "http://p:1", KUBECONFIG: "k" };
        Object.assign(process.env, own);
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const name of Object.keys(own)) delete process.env[name];
          }),
        );
        const mcp = yield* plugin;
        const settings = settingsOf({
          command: "sh",
          args: ["-c", "env | grep -E '^(PATH|EXE|https|KUBE)' >&2; exit 1"],
          env: { KUBECONFIG: "of the source" },
        });
        const error = yield* Effect.flip(mcp.load(settings));
        expect(error.message).toContain("PATH=");
        expect(error.message).toContain("https_proxy=http://p:1");
        expect(error.message).toContain("KUBECONFIG=of the source");
        expect(error.message).not.toContain("EXECUTOR_TEST_ONLY");
      }),
  );

  it.scopedLive(
    "that ends is reported with the beginning and the end of what it wrote, harmlessly",
    () =>
      Effect.gen(function* () {
        const mcp = yield* plugin;
        const script = `printf '\\033]0;title\\007No key.\\n' >&2; head -c 5000 /dev/zero | tr '\\0' '~' >&2; printf ' Bye.' >&2; exit 1`;
        const error = yield* Effect.flip(
          mcp.load(settingsOf({ command: "sh", args: ["-c", script] })),
        );
        expect(error.message).toMatch(/It wrote: No key\.\n~+ \[…\] ~+ Bye\.$/);
      }),
  );

  it.scopedLive("that sends more than 10 MiB is refused", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = programSettings();
      const error = yield* Effect.flip(call(mcp, settings, "big", { bytes: 11 * 1024 * 1024 }));
      expect(error.errorType).toBe("response_too_large");
      expect((yield* call(mcp, settings, "echo", { message: "again" })).data).toBe("again");
    }),
  );

  it.scopedLive("can ask a question", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = programSettings();
      const result = yield* call(mcp, settings, "ask-name", { who: "?" }).pipe(
        answering(() => Effect.succeed({ action: "accept", content: { name: "Ada" } })),
      );
      expect(result.data).toEqual({ action: "accept", content: { name: "Ada" } });
    }),
  );

  it.scopedLive("that asks during two calls gets no answer of the wrong caller", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = programSettings();
      yield* call(mcp, settings, "echo");
      const ask = (who: string) =>
        call(mcp, settings, "ask-name", { who }).pipe(
          answering(({ message }) => {
            expect(message).toBe(who);
            return Effect.succeed({ action: "decline" });
          }),
          Effect.either,
        );
      const results = yield* Effect.all([ask("a"), ask("b")], { concurrency: "unbounded" });
      for (const result of results) {
        if (result._tag === "Left") expect(result.left.message).toMatch(/one after the other/);
        else expect(result.right.data).toEqual({ action: "decline" });
      }
    }),
  );

  for (const behaviour of ["", "parent", "mute"]) {
    it.live(
      `is gone when the plugin is closed, with all it started (${behaviour || "plain"})`,
      () =>
        Effect.gen(function* () {
          const scope = yield* Scope.make();
          const mcp = yield* Scope.extend(plugin, scope);
          const before = descendants();
          const settings = programSettings(behaviour);
          const use = yield* Effect.fork(Effect.exit(call(mcp, settings, "hang")));
          yield* untilEffect(
            "its processes run",
            () => descendants().length > before.length + Number(behaviour === "parent"),
          );
          const started = descendants().filter((pid) => !before.includes(pid));
          yield* Scope.close(scope, Exit.void);
          yield* untilEffect(
            "its processes ended",
            () => !running().some(({ pid }) => started.includes(pid)),
          );
          yield* Fiber.interrupt(use);
        }),
    );
  }
});

/** What runs on this machine, without what has ended and waits for its parent to notice. */
const running = () => {
  const { stdout } = Bun.spawnSync(["ps", "-eo", "pid=,ppid=,stat=,comm="]);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , state, name]) => state?.startsWith("Z") === false && name !== "ps")
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
};

/** Programs that this process started, and those that they started. */
const descendants = (): ReadonlyArray<number> => {
  const all = running();
  const below = (parent: number): ReadonlyArray<number> =>
    all.filter((each) => each.parent === parent).flatMap(({ pid }) => [pid, ...below(pid)]);
  return below(process.pid);
};
