import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as fc from "fast-check";
import { literalCredential } from "../../src/credentials/literal-credentials.ts";
import { makeRedactor } from "../../src/credentials/redactor.ts";
import { resolveSettings } from "../../src/credentials/resolve-settings.ts";
import { SourceSettings } from "../../src/model/source.ts";

describe("literalCredential", () => {
  it.each([
    ["Authorization", "Bearer abc", [{ whole: "Bearer abc", part: "abc" }]],
    ["X-Api-Key", "abc", [{ whole: "abc", part: "abc" }]],
    ["Cookie", "a=b; c=d", [{ whole: "a=b; c=d", part: "a=b; c=d" }]],
    ["GITHUB_TOKEN", "ghp_1", [{ whole: "ghp_1", part: "ghp_1" }]],
    ["AZURE_PAT", "abc", [{ whole: "abc", part: "abc" }]],
    ["DSN", "abc", [{ whole: "abc", part: "abc" }]],
    ["PATH", "/bin", []],
    ["Accept", "application/json", []],
    ["X-GitHub-Api-Version", "2022-11-28", []],
  ])("%s: %s", (name, value, expected) => {
    expect(literalCredential(name, value)).toEqual(expected);
  });
});

const origin = "https://mcp.example.com";

/** What remains of a text that a source with these settings answers. */
const shown = (settings: Partial<SourceSettings>, text: string): string => {
  const resolved = resolveSettings(
    () => Effect.succeed(undefined),
    SourceSettings.make({ headers: {}, ...settings }),
    settings.url === undefined ? "stdio:x" : origin,
  );
  return makeRedactor(Effect.runSync(resolved).credentials).text(text);
};

/** What a program prints that shows how it was started. */
const usage = (args: ReadonlyArray<string>): string => `usage: server ${args.join(" ")}`;

describe("the settings of a source", () => {
  it.each([
    [["--api-key=sk_live_0123456789abcdefghijkl"], "[redacted]"],
    [["--token", "short-tok"], "[redacted]"],
    [["--token", "short"], "[redacted]"],
    [["-y", "--header", "Authorization: Bearer abcdefgh"], "-y --header Authorization: [redacted]"],
    [["postgres://u:hunter2@h/db"], "postgres://[redacted]h/db"],
    [["postgres://u:long%20password@h"], "postgres://[redacted]h"],
    [["-e", "GITHUB_TOKEN=abcdefgh"], "-e [redacted]"],
    [["Server=h;Pwd=xyzdsn"], "Server=h;[redacted]"],
    [["https://h/mcp?api_key=abc&x=1"], "https://h/mcp?[redacted]&x=1"],
    [["ghp_0123456789abcdefghijKLMN"], "[redacted]"],
  ])("hide the credentials of the arguments %j", (args, expected) => {
    expect(shown({ command: "x", args }, usage(args))).toBe(`usage: server ${expected}`);
  });

  it("hide what stands in an argument in other places too", () => {
    const args = ["--token", "short-tok", "redis://:a-password@h"];
    expect(shown({ command: "x", args }, '{"token":"short-tok","p":"a-password"}')).toBe(
      '{"token":"[redacted]","p":"[redacted]"}',
    );
  });

  it("leave arguments alone that are no credentials", () => {
    const args = [
      "-y",
      "@modelcontextprotocol/server-filesystem@2025.11.25",
      "/srv/a1b2c3d4e5f6a7b8c9d0e1f2",
    ];
    const more = [
      "--token-file",
      "/run/secrets/token",
      "--project",
      "a1b2c3d4e5f6a7b8c9d0e1f2",
      "--level=debugging",
    ];
    expect(shown({ command: "x", args: [...args, ...more] }, usage([...args, ...more]))).toBe(
      usage([...args, ...more]),
    );
  });

  it("hide the passwords of connection strings in variables of any name", () => {
    const env = {
      STORE: "Server=h;Pwd=xyzdsn",
      DB: "mysql://u:pw@h/db",
      DSN: "host=h a b c",
      LOG: "debugging",
    };
    expect(shown({ command: "x", env }, Object.values(env).join(" "))).toBe(
      "Server=h;[redacted] mysql://u:pw@h/db [redacted] debugging",
    );
  });

  it("hide credentials in a URL's query, as written and as meant", () => {
    const url = `${origin}/mcp?level=debugging&key=a%20long%20key&token=`;
    expect(shown({ url }, `${url} a long key`)).toBe(
      `${origin}/mcp?level=debugging&key=[redacted]&token= [redacted]`,
    );
  });

  it("hide every value of eight characters that a flag, a pair or a URL names", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9]{8,40}$/);
    const name = fc.constantFrom("token", "api-key", "apiKey", "PASSWORD", "client_secret", "pat");
    const ways = fc.constantFrom<(name: string, value: string) => ReadonlyArray<string>>(
      (flag, text) => [`--${flag}`, text],
      (flag, text) => [`--${flag}=${text}`],
      (flag, text) => ["-e", `${flag}=${text}`],
      (flag, text) => [`${flag}: ${text}`],
      (_, text) => [`db://user:${text}@host/`],
      (flag, text) => [`https://h/?a=1&${flag}=${text}`],
    );
    fc.assert(
      fc.property(name, value, ways, fc.array(fc.string()), (flag, text, way, others) => {
        const args = [...others, ...way(flag, text)];
        expect(shown({ command: "x", args }, `said ${text}.`)).toBe("said [redacted].");
      }),
    );
  });
});
