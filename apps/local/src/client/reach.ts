/** Bun would end a request after five minutes; an execution may take longer, and a person too. */
export const patient: RequestInit & { readonly timeout: false } = { timeout: false };

/** What a person reads where {@link isRefused} says that no daemon listens. */
export const noDaemon = (port: number): string =>
  `No daemon answers on port ${port}. Start one with: executor serve`;

/** Whether a request failed because nothing listens where it was sent. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNREFUSED" || error.code === "ConnectionRefused");
