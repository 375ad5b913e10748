import { Data } from "effect";

/** Why an exchange with an upstream brought no response. The message says what happened and what to do. */
export class UpstreamFailure extends Data.TaggedError("UpstreamFailure")<{
  readonly reason:
    | "invalid_request"
    | "forbidden_origin"
    | "connection_error"
    | "timeout"
    | "response_too_large";
  readonly message: string;
}> {}
