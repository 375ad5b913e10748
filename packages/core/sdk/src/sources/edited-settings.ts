import { Either } from "effect";
import { callOrigin } from "../credentials/resolve-settings.ts";
import { originOf } from "../credentials/secret.ts";
import { InvalidSourceEdit, type SourceEdit } from "../model/source-edit.ts";
import { type SecretReference, SourceSettings } from "../model/source.ts";
import type { StoredSource } from "./source-rows.ts";

type Values = Readonly<Record<string, string | SecretReference>>;
type ValueChanges = Readonly<Record<string, string | SecretReference | null>>;

/** The settings of a source after an edit. */
export const editedSettings = (
  { namespace, kind, settings }: StoredSource,
  edit: SourceEdit,
): Either.Either<SourceSettings, InvalidSourceEdit> => {
  const isProgram = settings.command !== undefined;
  const wrong = (isProgram ? ofServers : ofPrograms).filter((field) => edit[field] !== undefined);
  if (wrong.length > 0) {
    const what = isProgram ? "is a program" : "is no program";
    return Either.left(invalid(`${namespace} ${what}, so it has no ${wrong.join(", ")}.`));
  }
  if (kind !== "mcp" && (edit.transport ?? undefined) !== undefined) {
    return Either.left(invalid(`${namespace} is no MCP server, so it has no transport.`));
  }
  const changed = <A>(change: A | null | undefined, now: A): A | undefined =>
    change === undefined ? now : (change ?? undefined);
  return Either.right(
    new SourceSettings({
      url: edit.url ?? settings.url,
      baseUrl: changed(edit.baseUrl, settings.baseUrl),
      headers: merged(settings.headers, edit.headers, (name) => name.toLowerCase()),
      transport: changed(edit.transport, settings.transport),
      command: edit.command ?? settings.command,
      args: edit.args ?? settings.args,
      env:
        edit.env === undefined
          ? settings.env
          : merged(settings.env ?? {}, edit.env, (name) => name),
      cwd: changed(edit.cwd, settings.cwd),
      timeoutMs: edit.timeoutMs ?? settings.timeoutMs,
      only: changed(edit.only, settings.only),
      overlay: changed(edit.overlay, settings.overlay),
      checkInputs: edit.checkInputs ?? settings.checkInputs,
      reviewNewWrites: edit.reviewNewWrites ?? settings.reviewNewWrites,
      traceContext: edit.traceContext ?? settings.traceContext,
    }),
  );
};

const ofPrograms = ["command", "args", "env", "cwd"] as const;
const ofServers = ["url", "baseUrl"] as const;

const invalid = (message: string) => new InvalidSourceEdit({ message });

/** Sets and removes values by their names; two names are the same whose `key` is. */
const merged = (
  values: Values,
  changes: ValueChanges = {},
  key: (name: string) => string,
): Values => {
  const changedKeys = new Set(Object.keys(changes).map(key));
  const kept = Object.entries(values).filter(([name]) => !changedKeys.has(key(name)));
  const set = Object.entries(changes).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...kept, ...set]);
};

/** Settings by which a description is found and read, beside the headers. */
const readingSettings = (settings: SourceSettings): string => {
  const { args, baseUrl, command, cwd, env, only, overlay, transport, url } = settings;
  return JSON.stringify([args, baseUrl, command, cwd, env, only, overlay, transport, url]);
};

/**
 * Whether the description has to be read with the edited settings: it may be another one then, or other tools may come of it. The
 * names of headers count for OpenAPI, whose tools take no input that the operator set.
 */
export const changesReading = (
  { kind, settings }: Pick<StoredSource, "kind" | "settings">,
  edited: SourceSettings,
): boolean => {
  if (readingSettings(settings) !== readingSettings(edited)) return true;
  if (kind === "openapi" && inputNames(settings) !== inputNames(edited)) return true;
  const { url } = edited;
  const reachDescription = url !== undefined && originOf(url) === callOrigin(kind, edited);
  return reachDescription && JSON.stringify(settings.headers) !== JSON.stringify(edited.headers);
};

/** Names of headers that an OpenAPI document may describe as inputs; it cannot describe the left out ones (3.1, "Parameter"). */
const inputNames = ({ headers }: SourceSettings): string =>
  Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => !["accept", "authorization", "content-type"].includes(name))
    .toSorted()
    .join();

/**
 * Names of the headers and variables that hold a credential as text and that an edit leaves as they are. They were given for the
 * place that calls go to now; a secret has origins of its own.
 */
export const keptTexts = (
  { settings }: Pick<StoredSource, "settings">,
  edit: SourceEdit,
): ReadonlyArray<string> => {
  const named = new Set(Object.keys(edit.headers ?? {}).map((name) => name.toLowerCase()));
  const headers = texts(settings.headers).filter((name) => !named.has(name.toLowerCase()));
  const variables = texts(settings.env ?? {}).filter(
    (name) => !Object.hasOwn(edit.env ?? {}, name),
  );
  return [...headers, ...variables];
};

const texts = (values: Values): ReadonlyArray<string> =>
  Object.keys(values).filter((name) => typeof values[name] === "string");
