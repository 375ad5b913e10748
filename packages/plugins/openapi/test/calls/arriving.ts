import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import { describing, invoke, load, serve, tool } from "../support.ts";

type Content = Readonly<Record<string, JsonObject>>;

/** A description with the one operation `send`, whose body is offered in these media types. */
export const sending = (content: Content, method = "post", rest: JsonObject = {}): string =>
  describing(
    { "/a": { [method]: { operationId: "send", requestBody: { required: true, content } } } },
    rest,
  );

interface Arrived {
  readonly type: string;
  readonly text: string;
  readonly form: FormData | undefined;
}

/** What arrives of a call with this input, or the message of the error. */
export const arriving = (document: string, input: JsonObject) =>
  Effect.gen(function* () {
    const arrived: Array<Arrived> = [];
    const baseUrl = yield* serve(async (request) => {
      const type = request.headers.get("content-type") ?? "";
      const copy = request.clone();
      const form = type.startsWith("multipart/form-data") ? await copy.formData() : undefined;
      arrived.push({ type, text: await request.text(), form });
      return new Response(null, { status: 204 });
    });
    const outcome = yield* Effect.either(invoke(document, "send", input, { baseUrl }));
    return Either.isLeft(outcome) ? outcome.left.message : arrived[0];
  });

/** The schema of `body` in the input of `send`. */
export const bodySchema = (document: string) =>
  Effect.map(load(document), (source) =>
    member(member(tool(source, "send").inputSchema, "properties"), "body"),
  );

export const object = { schema: { type: "object" } };
export const bytes = { type: "string", format: "binary" };
export const base64 = btoa("\x00\x01bytes");
