import { httpMethodLabel } from "@executor/telemetry";
import { Cause, Exit, Option } from "effect";
import { httpClientRequestDuration } from "../metrics.ts";
import { unknownSource } from "../model/source-in-use.ts";
import type { Interruption, UpstreamFailure } from "./bounded-body.ts";

/** A request on the wire, for its measurement. */
interface MeasuredRequest {
  readonly source: string;
  readonly method: string;
  /** Place of the exchange's first request. */
  readonly first: URL;
  /** Place of this one, after redirects. */
  readonly url: URL;
}

/** Response as far as it came. */
interface Settled {
  readonly status: number;
  readonly incomplete?: Interruption | undefined;
}

/** Measurement of one request on the wire, recorded once in `http.client.request.duration`, however the request ends. */
export class RequestMeasurement {
  readonly #startedAt = performance.now();
  readonly #request: MeasuredRequest;
  #status: number | undefined;
  #isRecorded = false;

  constructor(request: MeasuredRequest) {
    this.#request = request;
  }

  /** Notes that the head of the response has come. */
  responded(status: number): void {
    this.#status = status;
  }

  /** Records how the request ended by itself. An interruption is left to who knows its reason, and calls {@link end}. */
  settled(exit: Exit.Exit<Settled, UpstreamFailure>): void {
    if (Exit.isSuccess(exit)) {
      this.end(exit.value.incomplete === "connection" ? "response_incomplete" : undefined);
    } else if (!Cause.isInterrupted(exit.cause)) {
      this.end(
        Option.match(Cause.failureOption(exit.cause), {
          onNone: () => "internal_error",
          onSome: ({ reason }) => this.#reasonOf(reason),
        }),
      );
    }
  }

  /**
   * Records the request with `error.type` as OpenTelemetry's HTTP conventions have it: the status where that is an error's, else
   * what kept the response from being whole.
   */
  end(errorType: string | undefined): void {
    if (this.#isRecorded) return;
    this.#isRecorded = true;
    const status = this.#status === undefined ? undefined : String(this.#status);
    const { first, method, source, url } = this.#request;
    // The host of a redirect is the upstream's choice, and that of a source that is not added yet whatever a client typed.
    const isConfigured = source !== unknownSource && url.hostname === first.hostname;
    httpClientRequestDuration.record((performance.now() - this.#startedAt) / 1000, {
      "executor.source": source,
      "server.address": isConfigured ? url.hostname : "_OTHER",
      "server.port": isConfigured ? portLabel(first, url) : undefined,
      "http.request.method": httpMethodLabel(method),
      "http.response.status_code": status,
      "error.type": this.#status !== undefined && this.#status >= 400 ? status : errorType,
    });
  }

  #reasonOf(reason: UpstreamFailure["reason"]): string {
    return reason === "connection_error" && this.#status !== undefined
      ? "response_incomplete"
      : reason;
  }
}

/** The port, which a redirect may choose within reason: that of the configured place, or the scheme's own. */
const portLabel = (first: URL, { port, protocol }: URL): string | undefined => {
  if (port === "") return protocol === "https:" ? "443" : "80";
  return port === first.port ? port : undefined;
};
