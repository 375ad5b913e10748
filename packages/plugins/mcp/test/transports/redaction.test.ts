import { describe, expect, it } from "@effect/vitest";
import { offsetsAround, runsIn, withToken } from "@executor/plugin-kit/testing";
import { isJsonObject, makeRedactor, parseJson } from "@executor/sdk";
import type {
  ElicitationRequest,
  Json,
  Progress,
  ResolvedSettings,
  SourcePlugin,
} from "@executor/sdk";
import { Effect, Either } from "effect";
import { httpServer } from "../support/http-server.ts";
import {
  answering,
  call,
  collecting,
  plugin,
  programSettings,
  settingsOf,
} from "../support/source.ts";
import { sseServer } from "../support/sse-server.ts";
import { RedactedLines } from "../../src/transports/redacted-lines.ts";

const token = 'tok_4fJ9/kQ2+Zr8"wXy7-Lm1';

const around = (offset: number, length: number): string =>
  `${"~".repeat(offset)}${token}${"~".repeat(Math.max(0, length - offset))}`;

/** Everything of a call that a person or an agent can see. */
const seen = (mcp: SourcePlugin, settings: ResolvedSettings, how: string, told: string) => {
  const progress: Array<Progress> = [];
  const questions: Array<ElicitationRequest> = [];
  const name = how === "a question" ? "ask-name" : "tell";
  const input = how === "a question" ? { who: told } : { how, told };
  return call(mcp, settings, name, input).pipe(
    collecting(progress),
    answering((question) => {
      questions.push(question);
      return Effect.succeed({ action: "decline" });
    }),
    withToken(token),
    Effect.either,
    Effect.map((result) => {
      const { data, message } = Either.merge(
        Either.mapBoth(result, {
          onLeft: (error) => ({ ...error, message: error.message }),
          onRight: (right) => ({ ...right, message: "" }),
        }),
      );
      const shown = JSON.stringify([
        data ?? null,
        message,
        progress,
        questions.map((asked) => asked.message),
      ]);
      const image = /"data":"([^"]*)"/.exec(shown)?.[1] ?? "";
      return `${shown} ${Buffer.from(image, "base64").toString("latin1")}`.replaceAll(/\\+"/g, '"');
    }),
  );
};

const servers = {
  "streamable HTTP": Effect.map(httpServer(), ({ url }) => settingsOf({ url })),
  "streamable HTTP with JSON": Effect.map(httpServer({ json: true }), ({ url }) =>
    settingsOf({ url }),
  ),
  SSE: Effect.map(sseServer, ({ url }) => settingsOf({ url, transport: "sse" })),
  stdio: Effect.succeed(programSettings()),
};

describe.each(Object.entries(servers))(
  "a server over %s that tells a credential",
  (over, start) => {
    it.scopedLive("shows no part of it, at any place of an error's text", () =>
      Effect.gen(function* () {
        const settings = yield* start;
        const mcp = yield* plugin;
        const offsets = offsetsAround(2_000, token);
        const shown = yield* Effect.forEach(
          offsets,
          (offset) => seen(mcp, settings, "an error", around(offset, 4_000)),
          { concurrency: 10 },
        );
        expect(shown.map((text) => runsIn(text, token))).toEqual(offsets.map(() => []));
        expect(shown[0]).toContain("[redacted]~~~");
      }),
    );

    it.scopedLive("shows no part of it, whatever it tells", () =>
      Effect.gen(function* () {
        const settings = yield* start;
        const mcp = yield* plugin;
        for (const how of [
          "a result",
          "an error",
          "an error of the protocol",
          "progress",
          "a log message",
          "an image",
          "a question",
        ]) {
          // A server whose replies are JSON has no stream to ask on.
          if (how === "a question" && over.endsWith("JSON")) continue;
          for (const offset of [0, 1, 2]) {
            const shown = yield* seen(mcp, settings, how, around(offset, 40));
            expect([how, runsIn(shown, token)]).toEqual([how, []]);
            expect(shown).toContain(how === "an image" ? '"data"' : "[redacted]");
          }
        }
      }),
    );
  },
);

describe("a server that lists a credential", () => {
  it.scopedLive("loses the tools that are named by it, and shows no part of it in the others", () =>
    Effect.gen(function* () {
      const schema = { type: "object", properties: { [token]: { default: token } } };
      const tools = ["kept", token, `a${token}b`].map((name) => ({
        name,
        title: token,
        description: around(3_990, 4_100),
        inputSchema: schema,
        outputSchema: schema,
      }));
      const { url } = yield* httpServer({
        intercept: (_, rpc) =>
          rpc.includes("tools/list")
            ? Response.json({ jsonrpc: "2.0", id: idOf(rpc), result: { tools } })
            : undefined,
      });
      const mcp = yield* plugin;
      const source = yield* mcp.load(settingsOf({ url })).pipe(withToken(token));
      expect(source.warnings.map(({ place }) => place)).toEqual(["/tools/1/name", "/tools/2/name"]);
      expect(runsIn(JSON.stringify(source.warnings), token)).toEqual([]);
      expect(source.tools.map(({ path }) => path)).toEqual(["kept"]);
      expect(runsIn(JSON.stringify(source.tools).replaceAll(/\\+"/g, '"'), token)).toEqual([]);
    }),
  );
});

const idOf = (rpc: string): Json | undefined => {
  const message = parseJson(rpc);
  return isJsonObject(message) ? message["id"] : undefined;
};

describe("a server that refuses with a credential", () => {
  it.scopedLive(
    "shows no part of it, at any place of an error's text and at the bound of what is read",
    () =>
      Effect.gen(function* () {
        let reply = () => new Response();
        const { url } = yield* httpServer({
          intercept: (_, rpc) => (rpc.includes("tools/call") ? reply() : undefined),
        });
        const mcp = yield* plugin;
        const places = [
          ...offsetsAround(500, token),
          ...offsetsAround(64 * 1024, token).filter((offset) => Math.abs(offset - 64 * 1024) < 40),
        ];
        for (const offset of places) {
          const text = around(offset, 1_000);
          for (const body of [
            text,
            JSON.stringify({ error: { message: text } }),
            text.trimStart(),
          ]) {
            reply = () => new Response(body, { status: 500, statusText: token });
            const shown = yield* seen(mcp, settingsOf({ url }), "", "");
            expect([offset, runsIn(shown, token)]).toEqual([offset, []]);
          }
        }
      }),
  );

  it.scopedLive.each([200, 404, 500])("shows no part of it in place of a session (%i)", (status) =>
    Effect.gen(function* () {
      const { url } = yield* httpServer({
        intercept: () =>
          new Response(`~${token}~`, {
            status,
            statusText: token,
            headers: { "content-type": "application/json" },
          }),
      });
      const mcp = yield* plugin;
      for (const transport of ["http", "sse"] as const) {
        const error = yield* Effect.flip(
          mcp.load(settingsOf({ url, transport })).pipe(withToken(token)),
        );
        expect(runsIn(error.message, token)).toEqual([]);
      }
    }),
  );
});

describe("a program that writes a credential to its standard error", () => {
  const failing = (script: string) =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = settingsOf({ command: "sh", args: ["-c", script], env: { TOKEN: token } });
      const error = yield* Effect.flip(mcp.load(settings).pipe(withToken(token)));
      expect(error.message).toContain("It wrote: ");
      return error.message;
    });

  it.scopedLive("shows no part of it, at any distance from the end, in one piece or in two", () =>
    Effect.gen(function* () {
      const distances = offsetsAround(2_000, token).filter((at) => at > 1_960 && at < 2_010);
      const shown = yield* Effect.forEach(
        [0, 1, 500, ...distances],
        (distance) => {
          const fill = (count: number) => `head -c ${count} /dev/zero | tr '\\0' '~' >&2;`;
          return failing(
            `${fill(3_000)} printf %s "$TOKEN" | head -c 9 >&2; sleep 0.01; printf %s "$TOKEN" | tail -c +10 >&2; ${fill(distance)} exit 3`,
          );
        },
        { concurrency: 4 },
      );
      expect(shown.flatMap((text) => runsIn(text, token))).toEqual([]);
      expect(shown[0]).toContain("[redacted]");
    }),
  );

  it.scopedLive(
    "shows no part of one whose beginning is no longer kept, and keeps a bounded amount",
    () =>
      Effect.gen(function* () {
        const message = yield* failing(
          `head -c 1000000 /dev/zero | tr '\\0' '~' >&2; printf %s "$TOKEN" >&2; exit 3`,
        );
        expect(runsIn(message, token)).toEqual([]);
        expect(message.length).toBeLessThan(2_500);
      }),
  );
});

describe("RedactedLines", () => {
  const redactor = makeRedactor([{ whole: token, part: token }]);
  const encoder = new TextEncoder();

  it("gives the same lines however they are split into chunks", () => {
    const given = encoder.encode(
      `event: message\ndata: {"a":${JSON.stringify(token)}}\r\n\r\n: ${token}\ndata: plain\n\nrest ${token}`,
    );
    for (let size = 1; size <= given.length; size += 1) {
      const lines = new RedactedLines(redactor);
      let text = "";
      for (let at = 0; at < given.length; at += size) {
        text += Buffer.from(lines.push(given.subarray(at, at + size))).toString();
      }
      text += Buffer.from(lines.end()).toString();
      expect(text).toBe(
        'event: message\ndata: {"a":"[redacted]"}\r\n\r\n: [redacted]\ndata: plain\n\nrest [redacted]',
      );
    }
  });

  it("says how much it holds back", () => {
    const lines = new RedactedLines(redactor);
    expect(lines.push(encoder.encode("one\ntwo")).length).toBe(4);
    expect(lines.heldBytes).toBe(3);
    lines.push(encoder.encode("\n"));
    expect(lines.heldBytes).toBe(0);
  });
});
