import { recordingOf } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import type { Redactor } from "../credentials/redactor.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { ToolResult } from "../model/plugin.ts";
import { shorten } from "../model/shorten.ts";

/** Characters of arguments, and of a result, that a span has. */
const maxChars = 8_192;

/**
 * Notes the arguments and the result of a call on its span, as JSON text and without the source's credentials, where the operator
 * asks for that. The result is that which the caller gets: its credentials are taken out already.
 */
export const notingArguments =
  (input: JsonObject, redactor: Redactor) =>
  <E, R>(call: Effect.Effect<ToolResult, E, R>): Effect.Effect<ToolResult, E, R> =>
    Effect.withFiberRuntime((fiber) => {
      const recording = recordingOf(fiber);
      if (recording?.tracer.recordsArguments !== true) return call;
      const { span } = recording;
      span.set({ "gen_ai.tool.call.arguments": toText(redactor.json(input)) });
      return Effect.tap(call, ({ data }) =>
        Effect.sync(() => span.set({ "gen_ai.tool.call.result": toText(data) })),
      );
    });

const toText = (value: Json): string => shorten(JSON.stringify(value), maxChars);
