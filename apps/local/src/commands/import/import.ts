import { Args, Command } from "@effect/cli";
import { FileSystem } from "@effect/platform";
import { Console, Effect, Option } from "effect";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { askDaemon, type DaemonClient } from "../../client/daemon.ts";
import { CommandError, exitCodes } from "../../terminal/command-error.ts";
import { jsonText } from "../../terminal/printable.ts";
import { printRows } from "../answer.ts";
import { flag, terms, textArgument, texts } from "../options.ts";
import { addPlanned } from "./add-planned.ts";
import { type ClientEntry, type ClientFile, readClientFile, workspaceOf } from "./client-file.ts";
import { type EntryContext, type EntryPlan, planEntry, type SourcePlan } from "./entry.ts";
import { KnownServers } from "./known-servers.ts";
import { PlaceholderValues } from "./placeholder-values.ts";
import { placeholderText } from "./placeholders.ts";
import { addedMessage, type ImportReport, reportLines } from "./report.ts";
import { usualFiles } from "./usual-files.ts";

const options = {
  only: texts("only", "Import this server alone, by its name in the file; may be repeated"),
  dryRun: flag("dry-run", "Tell what would be done, and do nothing"),
  ...terms,
};

type Given = Command.Command.ParseConfig<typeof options>;

export const importCommand = Command.make(
  "import",
  {
    file: Args.optional(
      textArgument(
        "file",
        "Where an MCP client keeps its servers: JSON or TOML; without it, the usual places are listed",
      ),
    ),
    ...options,
  },
  ({ file, ...given }) =>
    Option.match(file, {
      onNone: () => listUsualFiles(given.json),
      onSome: (path) => importFile(resolve(path), given),
    }),
).pipe(
  Command.withDescription(
    "Add the MCP servers of Claude, Cursor, VS Code and other clients, from their files",
  ),
);

const maxFileBytes = 64 * 1024 * 1024;

const readFile = Effect.fn("readFile")(function* (path: string) {
  const files = yield* FileSystem.FileSystem;
  const unreadable = () => new CommandError({ message: `The file ${path} cannot be read.` });
  const { size } = yield* Effect.mapError(files.stat(path), unreadable);
  if (size > maxFileBytes) return yield* unreadable();
  const text = yield* Effect.mapError(files.readFileString(path), unreadable);
  return readClientFile(text, /\.toml$/i.test(path));
});

/** Prints the files of clients that are there, with the names of their servers. */
const listUsualFiles = (json: boolean) =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(
      usualFiles(process.platform, homedir(), process.cwd()),
      ({ client, path }) =>
        Effect.map(Effect.option(readFile(path)), (read) =>
          Option.isNone(read) || typeof read.value === "string"
            ? []
            : [{ client, file: path, servers: read.value.entries.map(({ name }) => name) }],
        ),
    );
    const columns = [
      { title: "CLIENT", cell: ({ client }: { readonly client: string }) => client },
      { title: "FILE", cell: ({ file }: { readonly file: string }) => file },
      {
        title: "SERVERS",
        cell: ({ servers }: { readonly servers: ReadonlyArray<string> }) =>
          servers.join(", ") || "-",
      },
    ];
    yield* printRows(json, found.flat(), columns, "No file of an MCP client is in a usual place.");
    if (!json && found.flat().length > 0) {
      yield* Console.error("To add the servers of one: executor sources import FILE");
    }
  });

const importFile = (path: string, { dryRun, json, only, port }: Given) =>
  Effect.gen(function* () {
    const file = yield* readFile(path);
    if (typeof file === "string") return yield* new CommandError({ message: file });
    const unknown = only.find((name) => !file.entries.some((entry) => entry.name === name));
    if (unknown !== undefined) {
      const names = file.entries.map(({ name }) => name).join(", ");
      return yield* new CommandError({
        message: `The file has no server ${unknown}. It has ${names}.`,
      });
    }
    const entries = file.entries.filter(({ name }) => only.length === 0 || only.includes(name));
    const reports = yield* askDaemon(port, (client) =>
      Effect.gen(function* () {
        const importer = yield* makeImporter(client, { path, dryRun, port }, file);
        return yield* Effect.forEach(entries, (entry) =>
          Effect.tap(importer(entry), (report) =>
            json ? Effect.void : Console.log(reportLines(report)),
          ),
        );
      }),
    );
    if (json) yield* Console.log(jsonText(reports, 2));
    const failed = reports.filter(({ outcome }) => outcome === "failed").length;
    if (failed > 0) {
      return yield* new CommandError({
        message: `${failed} of ${reports.length} servers could not be imported.`,
      });
    }
    if (reports.some(({ outcome }) => outcome === "not_ready")) {
      return yield* new CommandError({ message: "", exitCode: exitCodes.notReady });
    }
  });

/** Imports the servers of a file one after another. */
const makeImporter = Effect.fn("makeImporter")(function* (
  client: DaemonClient,
  { dryRun, path, port }: Pick<Given, "dryRun" | "port"> & { readonly path: string },
  { entries, inputs }: ClientFile,
) {
  const known = new KnownServers(yield* client.sources.list(), entries);
  const secretNames = new Set<string>((yield* client.secrets.list()).map(({ name }) => name));
  const values = new PlaceholderValues(inputs, !dryRun);

  const plan = (entry: ClientEntry) => {
    const context: EntryContext = {
      daemonPort: port,
      paths: { workspace: entry.project ?? workspaceOf(path), home: homedir() },
      lookup: values.lookup,
      namespaces: known.taken(entry),
      secretNames,
    };
    return planEntry(entry, context);
  };

  /** Plans again once values are found that the first plan lacks. */
  const planWithValues = Effect.fnUntraced(function* (entry: ClientEntry) {
    const first = plan(entry);
    if (first.outcome !== "missing") return first;
    yield* values.find(first.missing);
    return plan(entry);
  });

  return Effect.fnUntraced(function* (entry: ClientEntry) {
    const planned = yield* planWithValues(entry);
    const report = reporter(entry, planned);
    if (planned.outcome !== "add") return report(...withoutPlan(planned));
    const reason = known.reasonToSkip(entry, planned);
    if (reason !== undefined) return report("skipped", `skipped: ${reason}.`);
    known.add(entry, planned);
    for (const { name } of planned.secrets) secretNames.add(name);
    if (dryRun)
      return report("planned", `would be added as ${planned.namespace}: ${planned.place}.`);
    return yield* Effect.match(addPlanned(client, planned), {
      onSuccess: (source) =>
        report(source.state.status === "ready" ? "added" : "not_ready", addedMessage(source)),
      onFailure: ({ message }) => report("failed", `not added: ${message}`),
    });
  });
});

const withoutPlan = (
  planned: Exclude<EntryPlan, SourcePlan>,
): readonly ["skipped" | "failed", string] =>
  planned.outcome === "skip"
    ? ["skipped", `skipped: ${planned.reason}.`]
    : [
        "failed",
        `not added: it needs ${planned.missing.map(placeholderText).join(", ")}. Set the variables, or import it on a terminal, where you are asked.`,
      ];

const reporter =
  ({ name }: ClientEntry, planned: EntryPlan) =>
  (outcome: ImportReport["outcome"], message: string): ImportReport => {
    const isDone = planned.outcome === "add" && ["added", "not_ready", "planned"].includes(outcome);
    return {
      entry: name,
      outcome,
      namespace: isDone ? planned.namespace : null,
      message,
      secrets: isDone ? planned.secrets.map((secret) => secret.name) : [],
      notes: isDone ? planned.notes : [],
    };
  };
