/** How the server answers from now on. */
export type Answer = (request: Request) => Response | Promise<Response>;

export interface DocumentServer {
  /** Where the document is. */
  readonly url: string;
  readonly answerWith: (answer: Answer) => void;
  /** Nobody listens on its port afterwards. */
  readonly stop: () => Promise<void>;
}

/** A web server that documents are fetched from, and that can go bad. */
export const startDocumentServer = (first: Answer): DocumentServer => {
  let answer = first;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => answer(request),
  });
  return {
    url: `http://127.0.0.1:${server.port}/openapi.json`,
    answerWith: (next) => {
      answer = next;
    },
    stop: () => server.stop(true),
  };
};

/** An OpenAPI document with one reading operation per name. */
export const petsDocument = (...operations: ReadonlyArray<string>): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "http://127.0.0.1:9" }],
    paths: Object.fromEntries(
      operations.map((operationId) => [
        `/${operationId}`,
        { get: { operationId, responses: { "200": { description: "Done" } } } },
      ]),
    ),
  });
