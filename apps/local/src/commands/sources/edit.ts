import { Command, Options } from "@effect/cli";
import { McpTransport, SourceEdit } from "@executor/sdk/schemas";
import { Effect } from "effect";
import { usageError } from "../../terminal/command-error.ts";
import { failUnlessReady, whyNotReady } from "../../terminal/source-state.ts";
import { count } from "../../terminal/units.ts";
import { afterReading } from "../../terminal/tool-changes.ts";
import { answer } from "../answer.ts";
import { check, readText } from "../input.ts";
import { flag, optionalText, terms, texts } from "../options.ts";
import { readCredentials, readHeader, readVariable } from "./credential.ts";
import { resolveWord } from "./location.ts";
import { namespaceArgument } from "./namespace.ts";
import { field, readingOptions, readingSettings } from "./settings.ts";

const options = {
  name: optionalText("name", "Its title"),
  enable: flag("enable", "List its tools, and let them be called"),
  disable: flag("disable", "Neither list its tools nor let them be called"),
  url: optionalText("url", "Where the description or the server is: a URL or a file"),
  document: optionalText(
    "document",
    "The description of a source that was added as text: a file, or - for standard input",
  ),
  baseUrl: optionalText("base-url", "Where calls go, in place of what the description says"),
  noBaseUrl: flag("no-base-url", "Send calls where the description says"),
  headers: texts("header", "Sent with every call: 'Name: value' or 'Name: secret:NAME'"),
  removedHeaders: texts("remove-header", "A header that is no longer sent"),
  transport: Options.choice("transport", McpTransport.literals).pipe(
    Options.withDescription("How an MCP server is spoken to"),
    Options.optional,
  ),
  command: optionalText("command", "The program of an MCP server over stdio"),
  args: texts("arg", "An argument of the program, in place of all that it has"),
  env: texts("env", "A variable of the program: NAME=value or NAME=secret:NAME"),
  removedEnv: texts("remove-env", "A variable that is no longer set"),
  cwd: optionalText("cwd", "Where the program starts"),
  ...readingOptions,
  allOperations: flag("all-operations", "Make tools of all operations"),
  noOverlay: flag("no-overlay", "Read the description as it is"),
};

type Given = Command.Command.ParseConfig<typeof options>;

export const editCommand = Command.make(
  "edit",
  { namespace: namespaceArgument, ...options, ...terms },
  ({ namespace, json, port, ...given }) =>
    answer(
      { json, port },
      (client) =>
        Effect.gen(function* () {
          const payload = yield* check(SourceEdit, yield* editOf(given));
          if (Object.keys(payload).length === 0) {
            return yield* usageError("Say what to change; --help lists the options.");
          }
          return yield* client.sources.edit({ path: { namespace }, payload });
        }),
      (source) =>
        [
          `Changed ${source.namespace}: ${count(source.toolCount, "tool")}${source.enabled ? "" : ", disabled"}.`,
          ...whyNotReady(source),
          ...afterReading(source),
        ].join("\n"),
    ).pipe(Effect.flatMap(failUnlessReady)),
).pipe(Command.withDescription("Change a source; its tools keep their names"));

/** The fields of an edit that were given; `null` for what is to be removed. */
const editOf = Effect.fn("editOf")(function* (given: Given) {
  for (const [first, second, bothGiven] of contradictions(given)) {
    if (bothGiven) return yield* usageError(`Give either ${first} or ${second}, and not both.`);
  }
  const { document, url } = given;
  return {
    ...field("name", given.name),
    ...(given.enable || given.disable ? { enabled: given.enable } : {}),
    ...(url._tag === "Some" ? yield* resolveWord(url.value) : {}),
    ...(document._tag === "Some" ? { document: yield* readText(document.value) } : {}),
    ...field("baseUrl", given.baseUrl),
    ...(given.noBaseUrl ? { baseUrl: null } : {}),
    ...withRemoved(
      "headers",
      yield* readCredentials("headers", given.headers, readHeader),
      given.removedHeaders,
    ),
    ...field("transport", given.transport),
    ...field("command", given.command),
    ...(given.args.length === 0 ? {} : { args: given.args }),
    ...withRemoved("env", yield* readCredentials("env", given.env, readVariable), given.removedEnv),
    ...field("cwd", given.cwd),
    ...(yield* readingSettings(given)),
    ...(given.allOperations ? { only: null } : {}),
    ...(given.noOverlay ? { overlay: null } : {}),
  };
});

const contradictions = (
  given: Given,
): ReadonlyArray<readonly [first: string, second: string, bothGiven: boolean]> => {
  const only = [...given.onlyTags, ...given.onlyPaths, ...given.onlyOperations];
  return [
    ["--enable", "--disable", given.enable && given.disable],
    ["--base-url", "--no-base-url", given.baseUrl._tag === "Some" && given.noBaseUrl],
    ["--overlay", "--no-overlay", given.overlay._tag === "Some" && given.noOverlay],
    ["--only-…", "--all-operations", only.length > 0 && given.allOperations],
  ];
};

/** The field with a `null` for each name that is to be removed. */
const withRemoved = (
  name: "headers" | "env",
  credentials: Readonly<Record<string, object>>,
  removed: ReadonlyArray<string>,
): Readonly<Record<string, object>> =>
  removed.length === 0
    ? credentials
    : {
        [name]: {
          ...Object.fromEntries(removed.map((each) => [each, null])),
          ...credentials[name],
        },
      };
