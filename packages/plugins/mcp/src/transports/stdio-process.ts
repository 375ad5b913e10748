import type { StdioEndpoint } from "./endpoint.ts";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

/** A transport to a program, and what a failure to speak with it is explained by. */
export interface StdioTransport extends Transport {
  /** The end of what the program wrote to its standard error. */
  readonly complaints: () => string;
  /** How the program ended: an exit code or a signal; `undefined` while it runs. */
  readonly ending: () => string | undefined;
}

/** Makes transports to programs. An app that has no processes, such as the cloud, gives none. */
export type StdioTransports = (endpoint: StdioEndpoint) => StdioTransport;
