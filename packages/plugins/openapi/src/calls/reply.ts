import type { Redactor, ToolCallError, ToolResult, UpstreamResponse } from "@executor/sdk";
import { Either } from "effect";
import { readData } from "./content.ts";
import { errorReply, unreadableReply } from "./error-reply.ts";

export { essence, isJson, isText } from "./content.ts";

/** The data of a reply. A status other than 2xx is an `upstream_error` with all that the upstream said. */
export const readReply = (
  response: UpstreamResponse,
  redactor: Redactor,
): Either.Either<ToolResult, ToolCallError> => {
  const { body, status } = response;
  if (status < 200 || status > 299) return Either.left(errorReply(response, redactor));
  return Either.mapBoth(readData(response), {
    onLeft: () => unreadableReply(response, redactor),
    onRight: (data) => ({ data, size: body.byteLength }),
  });
};
