import { Effect, Record } from "effect";
import { Elicitor, ProgressListener } from "../approvals/elicitation.ts";
import type { Redactor } from "../credentials/redactor.ts";
import type { ToolResponse, ToolResult } from "../model/plugin.ts";
import { ToolCallError } from "../model/tool.ts";

/** Keeps credentials out of a call's result, errors, questions and progress. */
export const redactCall = (
  call: Effect.Effect<ToolResult, ToolCallError>,
  redactor: Redactor,
): Effect.Effect<ToolResult, ToolCallError> =>
  Effect.zipWith(Elicitor, ProgressListener, (elicitor, listener) =>
    call.pipe(
      Effect.provideService(Elicitor, {
        elicit: (request) =>
          elicitor.elicit({
            ...request,
            message: redactor.text(request.message),
            requestedSchema: redactor.object(request.requestedSchema),
          }),
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
    Effect.map(({ content, data, response, size }) => ({
      data: redactor.json(data),
      size,
      ...(content === undefined ? {} : { content: content.map(redactor.object) }),
      ...(response === undefined ? {} : { response: redactResponse(response, redactor) }),
    })),
    redactFailures(redactor),
  );

/** Keeps credentials out of what a source's failures say. */
export const redactFailures =
  (redactor: Redactor) =>
  <A>(use: Effect.Effect<A, ToolCallError>): Effect.Effect<A, ToolCallError> =>
    use.pipe(
      Effect.mapError(
        (error) =>
          new ToolCallError({
            ...error,
            message: redactor.text(error.message),
            ...(error.headers === undefined
              ? {}
              : { headers: redactTexts(error.headers, redactor) }),
            ...(error.data === undefined ? {} : { data: redactor.json(error.data) }),
          }),
      ),
      redactor.defects,
    );

const redactResponse = (response: ToolResponse, redactor: Redactor): ToolResponse => ({
  ...response,
  headers: redactTexts(response.headers, redactor),
  links: redactTexts(response.links, redactor),
  next: response.next === null ? null : redactor.object(response.next),
});

const redactTexts = (
  texts: Readonly<Record<string, string>>,
  { text }: Redactor,
): Readonly<Record<string, string>> =>
  Record.fromEntries(
    Object.entries(texts).map(([name, value]) => [text(name), text(value)] as const),
  );
