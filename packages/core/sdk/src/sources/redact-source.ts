import { Array as Arr, Effect } from "effect";
import { ElicitationRequest, Elicitor, ProgressListener } from "../approvals/elicitation.ts";
import type { JsonObject } from "../model/json.ts";
import type { LoadedSource, ToolDefinition, ToolResult } from "../model/plugin.ts";
import {
  InvalidSourceDocument,
  SourceDocumentTooLarge,
  SourceUnreachable,
} from "../model/source-errors.ts";
import type { SourceLoadError } from "../model/source-errors.ts";
import { ToolCallError } from "../model/tool-call-error.ts";
import type { Redactor } from "../credentials/redactor.ts";

const itemsPerTurn = 50;

/** A turn of the event loop, so that a large description does not hold it. */
const letOthersRun = Effect.sleep(0);

/**
 * What a source says of itself, without credentials; a tool that is named after one is left out, because its name is a label
 * too. Bindings are the plugin's own and are shown to nobody.
 */
export const redactLoaded = Effect.fnUntraced(function* (loaded: LoadedSource, redactor: Redactor) {
  const tools: Array<ToolDefinition> = [];
  for (const chunk of Arr.chunksOf(loaded.tools, itemsPerTurn)) {
    for (const tool of chunk) {
      if (redactor.text(tool.path) !== tool.path) continue;
      tools.push({
        ...tool,
        description: redactor.text(tool.description),
        inputSchema: object(tool.inputSchema, redactor),
        outputSchema: tool.outputSchema === null ? null : object(tool.outputSchema, redactor),
      });
    }
    yield* letOthersRun;
  }
  const definitions = new Map<string, JsonObject>();
  for (const chunk of Arr.chunksOf(loaded.definitions, itemsPerTurn)) {
    for (const [name, schema] of chunk) definitions.set(name, object(schema, redactor));
    yield* letOthersRun;
  }
  return { ...loaded, name: redactor.text(loaded.name), tools, definitions };
});

export const redactLoadError = (error: SourceLoadError, redactor: Redactor): SourceLoadError => {
  const message = redactor.text(error.message);
  if (message === error.message) return error;
  switch (error._tag) {
    case "InvalidSourceDocument":
      return new InvalidSourceDocument({ message });
    case "SourceUnreachable":
      return new SourceUnreachable({ message });
    case "SourceDocumentTooLarge":
      return new SourceDocumentTooLarge({ message });
  }
};

/** Defects are logged. */
export const redactDefects =
  (redactor: Redactor) =>
  <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.catchAllDefect(use, (defect) => Effect.die(redactDefect(defect, redactor)));

/** A call whose result, errors, questions and progress are free of credentials. */
export const redactToolCall = (
  call: Effect.Effect<ToolResult, ToolCallError>,
  redactor: Redactor,
): Effect.Effect<ToolResult, ToolCallError> =>
  Effect.zipWith(Elicitor, ProgressListener, (elicitor, listener) =>
    call.pipe(
      Effect.provideService(Elicitor, {
        elicit: (request) => elicitor.elicit(redactQuestion(request, redactor)),
      }),
      Effect.provideService(ProgressListener, {
        report: (progress) =>
          listener.report(
            progress.message === undefined
              ? progress
              : { ...progress, message: redactor.text(progress.message) },
          ),
      }),
    ),
  ).pipe(
    Effect.flatten,
    Effect.map((result) => ({ ...result, data: redactor.json(result.data) })),
    Effect.mapError(
      (error) =>
        new ToolCallError({
          ...error,
          message: redactor.text(error.message),
          ...(error.data === undefined ? {} : { data: redactor.json(error.data) }),
        }),
    ),
    redactDefects(redactor),
  );

const object = (value: JsonObject, redactor: Redactor): JsonObject => {
  const clean = redactor.json(value);
  return isObject(clean) ? clean : value;
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const redactQuestion = (request: ElicitationRequest, redactor: Redactor): ElicitationRequest =>
  new ElicitationRequest(
    {
      ...request,
      message: redactor.text(request.message),
      requestedSchema: object(request.requestedSchema, redactor),
    },
    { disableValidation: true },
  );

const redactDefect = (defect: unknown, redactor: Redactor): unknown => {
  const told = defect instanceof Error ? (defect.stack ?? defect.message) : String(defect);
  const clean = redactor.text(told);
  if (clean === told && !(defect instanceof Error && defect.cause !== undefined)) return defect;
  const error = new Error(redactor.text(defect instanceof Error ? defect.message : told));
  error.stack = clean;
  return error;
};
