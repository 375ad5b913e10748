import type { Progress } from "@executor/sdk";
import { Effect } from "effect";
import type { Exchange } from "./exchange.ts";

/** What a run tells of its way, as `Executions.run` takes it. */
export interface ProgressListeners {
  readonly onToolCall?: (address: string) => Effect.Effect<void>;
  readonly onProgress?: (address: string, progress: Progress) => Effect.Effect<void>;
}

/**
 * Tells a client that asked for it how far its run is. The number counts what was told, because it must grow with each
 * notification (MCP 2025-06-18, "Progress") and several calls may be under way; the message says which call, and how far.
 */
export const progressListeners = ({ _meta, sendNotification }: Exchange): ProgressListeners => {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return {};
  let told = 0;
  const tell = (message: string) =>
    Effect.ignore(
      Effect.tryPromise(() => {
        told += 1;
        const params = { progressToken, progress: told, message };
        return sendNotification({ method: "notifications/progress", params });
      }),
    );
  return {
    onToolCall: (address) => tell(`Calling ${address.slice(0, maxAddressChars)}`),
    onProgress: (address, progress) => tell(`${address}: ${describe(progress)}`),
  };
};

/** The code may call what no tool is named. */
const maxAddressChars = 200;

const describe = ({ progress, total, message }: Progress): string => {
  const far = total === undefined ? `${progress}` : `${progress} of ${total}`;
  return message === undefined ? far : `${far}, ${message}`;
};
