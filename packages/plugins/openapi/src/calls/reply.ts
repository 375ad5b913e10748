import { CredentialGuard, ToolCallError } from "@executor/sdk";
import type { ToolResult, UpstreamResponse } from "@executor/sdk";
import { runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import { readData } from "./content.ts";
import { errorReply, unreadableReply } from "./error-reply.ts";
import { isStream, readStream } from "./stream-reply.ts";

/** Streams and errors are worth having as far as they came. */
export const mayBePart = (head: Pick<UpstreamResponse, "headers" | "status">): boolean =>
  !isSuccess(head) || isStream(head);

/** The data of a reply. A status other than 2xx is an `upstream_error` with all that the upstream said. */
export const readReply = Effect.fnUntraced(function* (response: UpstreamResponse) {
  const { redactor } = yield* CredentialGuard;
  if (!isSuccess(response)) return yield* errorReply(response, redactor);
  if (isStream(response)) {
    return yield* Effect.mapError(
      runSteps(readStream(response)),
      (problem) =>
        new ToolCallError({
          outcome: "upstream_error",
          errorType: "invalid_response",
          message: `The upstream's stream cannot be read: ${problem}. The call itself may have worked.`,
          status: response.status,
        }),
    );
  }
  const data = yield* Either.mapLeft(readData(response), () => unreadableReply(response, redactor));
  const result: ToolResult = { data, size: response.body.byteLength };
  return result;
});

const isSuccess = ({ status }: Pick<UpstreamResponse, "status">): boolean =>
  status >= 200 && status <= 299;
