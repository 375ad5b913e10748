import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { SqlClient } from "@effect/sql";
import { Cause, Effect, Exit, Layer } from "effect";
import { SecretKey } from "../../src/credentials/vault.ts";
import { Secrets } from "../../src/credentials/secrets.ts";
import { SourceSettings } from "../../src/model/source.ts";
import { Sources } from "../../src/sources/sources.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { Tools } from "../../src/tools/tools.ts";
import { layerProbe, Probe, probeSource, putSecret, secretName } from "../support/probe.ts";
import { untilEffect } from "@executor/testing";
import { counterValue } from "@executor/testing/series";

const database = Layer.merge(layerMemory, SecretKey.layerTest);
const layer = Layer.provideMerge(layerProbe, database);

const bearer = { Authorization: { secret: secretName("token"), prefix: "Bearer " } };
const value = "tok_0123456789";

const lastSeen = Effect.map(Probe, ({ seen }) => seen.at(-1));

describe("Secrets", () => {
  it.effect("lists everything about a secret except its value", () =>
    Effect.gen(function* () {
      const secrets = yield* Secrets;
      yield* putSecret("token", value);
      yield* (yield* Sources).add(probeSource("user", { headers: bearer }));
      const [secret, ...others] = yield* secrets.list;
      expect(others).toEqual([]);
      expect(secret).toMatchObject({
        name: "token",
        origins: ["https://api.example.com"],
        usedBy: ["user"],
      });
      expect(JSON.stringify(secret)).not.toContain(value);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("reaches the plugin during load and calls, after its prefix", () =>
    Effect.gen(function* () {
      yield* putSecret("token", value);
      yield* (yield* Sources).add(probeSource("reach", { headers: bearer }));
      expect((yield* lastSeen)?.headers).toEqual({ Authorization: `Bearer ${value}` });
      yield* (yield* ToolInvoker).call("reach.echo", {});
      expect((yield* lastSeen)?.headers).toEqual({ Authorization: `Bearer ${value}` });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("reaches the environment of the program that it is for", () =>
    Effect.gen(function* () {
      const env = { TOKEN: { secret: secretName("token") } };
      yield* putSecret("token", value, ["stdio:server"]);
      const sources = yield* Sources;
      yield* sources.add(probeSource("program", { command: "server", env }));
      expect((yield* lastSeen)?.env).toEqual({ TOKEN: value });
      const error = yield* Effect.flip(
        sources.add(probeSource("other", { command: "other", env })),
      );
      expect(error).toMatchObject({ _tag: "SecretNotForOrigin" });
      expect(error.message).toContain("stdio:other");
    }).pipe(Effect.provide(layer)),
  );

  it.effect("has its new value from the next call on, and closes what the old value opened", () =>
    Effect.gen(function* () {
      yield* putSecret("token", value);
      yield* (yield* Sources).add(probeSource("rotate", { headers: bearer }));
      yield* (yield* ToolInvoker).call("rotate.echo", {});
      const first = yield* putSecret("token", "tok_another_one");
      yield* (yield* ToolInvoker).call("rotate.echo", {});
      expect((yield* lastSeen)?.headers).toEqual({ Authorization: "Bearer tok_another_one" });
      const { following, released } = yield* Probe;
      yield* untilEffect(
        "the follower was released",
        () => released.length === 1 && following.length === 1,
      );
      expect(released.map(({ headers }) => headers)).toEqual([
        { Authorization: `Bearer ${value}` },
      ]);
      expect(following.map(({ headers }) => headers)).toEqual([
        { Authorization: "Bearer tok_another_one" },
      ]);
      expect(first.createdAt.epochMillis).toBeLessThanOrEqual(first.updatedAt.epochMillis);
    }).pipe(Effect.provide(layer)),
  );

  it.effect(
    "is refused to a source that calls another origin, which is then not called at all",
    () =>
      Effect.gen(function* () {
        yield* putSecret("token", value, ["https://api.example.com", "http://localhost:8080"]);
        const sources = yield* Sources;
        for (const url of [
          "https://evil.example/mcp",
          "http://api.example.com/mcp",
          "https://api.example.com:8443/mcp",
          "https://api.example.com.evil.example/",
          "https://api.example.com@evil.example/",
          "https://api.example.com\\@evil.example/x",
          "http://127.0.0.1:8080/",
        ].filter((candidate) => new URL(candidate).origin !== "https://api.example.com")) {
          const error = yield* Effect.flip(
            sources.add(probeSource("elsewhere", { url, headers: bearer })),
          );
          expect([url, error._tag]).toEqual([url, "SecretNotForOrigin"]);
          expect(error.message).not.toContain(value);
        }
        expect((yield* Probe).loads).toBe(0);
      }).pipe(Effect.provide(layer)),
  );

  it.effect("follows the URL at which an MCP server is called, and not its base URL", () =>
    Effect.gen(function* () {
      yield* putSecret("token", value);
      const sources = yield* Sources;
      const settings = {
        url: "https://evil.example/mcp",
        baseUrl: "https://api.example.com",
        headers: bearer,
      };
      const error = yield* Effect.flip(sources.add(probeSource("based", settings)));
      expect(error).toMatchObject({ _tag: "SecretNotForOrigin" });
      yield* Effect.either(sources.detect(new SourceSettings(settings)));
      expect((yield* Probe).seen.filter(({ headers }) => "Authorization" in headers)).toEqual([]);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("names the missing secret when a source is added", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const error = yield* Effect.flip(sources.add(probeSource("early", { headers: bearer })));
      expect(error).toMatchObject({ _tag: "MissingSecret" });
      expect(error.message).toContain("There is no secret token");
      expect((yield* Probe).loads).toBe(0);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("names the missing secret when a source is called", () =>
    Effect.gen(function* () {
      yield* Effect.gen(function* () {
        yield* putSecret("token", value);
        yield* (yield* Sources).add(probeSource("late", { headers: bearer }));
      }).pipe(Effect.provide(layerProbe));
      yield* (yield* SqlClient.SqlClient)`DELETE FROM secrets`;
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip((yield* ToolInvoker).call("late.echo", {}));
        expect(error).toMatchObject({ outcome: "blocked", errorType: "missing_secret" });
        expect(error.message).toContain("There is no secret token");
        expect((yield* Probe).seen).toEqual([]);
      }).pipe(Effect.provide(layerProbe));
    }).pipe(Effect.provide(database)),
  );

  it.effect("cannot be removed while a source uses it", () =>
    Effect.gen(function* () {
      const secrets = yield* Secrets;
      const sources = yield* Sources;
      yield* putSecret("token", value);
      yield* sources.add(probeSource("uses", { headers: bearer }));
      const error = yield* Effect.flip(secrets.remove("token"));
      expect(error).toMatchObject({ _tag: "SecretInUse" });
      expect(error.message).toContain("used by uses");
      yield* sources.remove("uses");
      yield* secrets.remove("token");
      expect(yield* secrets.list).toEqual([]);
      expect(yield* Effect.flip(secrets.remove("token"))).toMatchObject({ _tag: "SecretNotFound" });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("never comes back from a source: in data, errors, defects, tools or load errors", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const { call } = yield* ToolInvoker;
      yield* putSecret("token", value);
      const literal = "literal-credential";
      const headers = { ...bearer, "X-Api-Key": literal, Version: "2022-11-28" };
      const source = yield* sources.add(probeSource("echo", { headers }));
      const echoed = yield* call("echo.echo", {});
      expect(echoed.data).toEqual({
        Authorization: "[redacted]",
        "X-Api-Key": "[redacted]",
        Version: "2022-11-28",
      });
      const failure = yield* Effect.flip(call("echo.fail", {}));
      expect(failure.message).toBe("Refused: [redacted] [redacted] 2022-11-28");
      expect(failure.headers).toEqual({ "x-echo": failure.message });
      const defect = yield* Effect.exit(call("echo.die", {}));
      expect(Exit.isFailure(defect)).toBe(true);
      const tools = yield* Tools;
      (yield* Probe).unreachable = true;
      const unreachable = yield* Effect.flip(sources.refresh("echo"));
      const told = JSON.stringify([
        source,
        echoed,
        failure,
        Exit.isFailure(defect) ? Cause.pretty(defect.cause) : "",
        yield* tools.list({ limit: 100 }),
        yield* tools.get("echo.echo"),
        unreachable,
        yield* sources.list,
      ]);
      expect(told).toContain("[redacted]");
      expect(told).not.toContain(value);
      expect(told).not.toContain(literal);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is guarded at the point where requests leave", () =>
    Effect.gen(function* () {
      yield* putSecret("token", value);
      yield* (yield* Sources).add(probeSource("guard", { headers: bearer }));
      const { data } = yield* (yield* ToolInvoker).call("guard.guard", {});
      expect(data).toEqual({
        origin: "https://api.example.com",
        forbidden: [[], ["Authorization"]],
      });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("counts a call without its secret as blocked", () =>
    Effect.gen(function* () {
      yield* putSecret("token", value);
      yield* (yield* Sources).add(probeSource("blocked", { headers: bearer }));
      yield* putSecret("token", value, ["https://elsewhere.example"]);
      const error = yield* Effect.flip((yield* ToolInvoker).call("blocked.echo", {}));
      expect(error).toMatchObject({ outcome: "blocked", errorType: "secret_not_for_origin" });
      expect(
        counterValue("executor.tool.calls", {
          "mcp.tool.name": "blocked.echo",
          "executor.source": "blocked",
          outcome: "blocked",
        }),
      ).toBe(1);
    }).pipe(Effect.provide(layer)),
  );
});
