/** Version of the conventions that the levels here are from: the MCP and GenAI ones live in a repository of their own since. */
export const conventionsVersion =
  "semantic-conventions 1.44 and semantic-conventions-genai, as of 20 August 2026";

/** OpenTelemetry's requirement levels of attributes. */
export type Level = "required" | "conditionally required" | "recommended" | "opt-in";

/** What a convention says of an attribute, and what is done here. */
export interface ConventionAttribute {
  readonly name: string;
  readonly level: Level;
  /** Whether it is a label of the instrument. */
  readonly isEmitted: boolean;
  /** When it is there, or why it never is. */
  readonly note: string;
}

const attributes =
  (isEmitted: boolean) =>
  (level: Level, notes: Readonly<Record<string, string>>): ReadonlyArray<ConventionAttribute> =>
    Object.entries(notes).map(([name, note]) => ({ name, level, isEmitted, note }));
const emitted = attributes(true);
const left = attributes(false);

const unknownProtocol = "left out: the platforms' HTTP does not tell it";

const httpClient = [
  ...emitted("required", {
    "http.request.method": "always",
    "server.address":
      "always; `_OTHER` where a redirect led to another host or the source is not added yet",
    "server.port": "wherever `server.address` is known",
  }),
  ...emitted("conditionally required", {
    "http.response.status_code": "if a response came",
    "error.type": "if the status is 400 or more, or the request failed",
  }),
  ...left("conditionally required", { "network.protocol.name": "left out: it is always `http`" }),
  ...left("recommended", { "network.protocol.version": unknownProtocol }),
  ...left("opt-in", {
    "url.scheme": "left out: `server.port` tells it mostly",
    "url.template": "left out: the tool is the template",
  }),
];

const httpServer = [
  ...emitted("required", { "http.request.method": "always", "url.scheme": "always" }),
  ...emitted("conditionally required", {
    "http.route": "if a route matched",
    "http.response.status_code": "always; 499 if the client went away before",
    "error.type": "if the status is 500 or more",
  }),
  ...left("conditionally required", { "network.protocol.name": "left out: it is always `http`" }),
  ...left("recommended", { "network.protocol.version": unknownProtocol }),
  ...left("opt-in", {
    "server.address": "left out: a client chooses it",
    "server.port": "left out: a client chooses it",
    "user_agent.synthetic.type": "left out",
  }),
];

const mcpOperation = [
  ...emitted("required", { "mcp.method.name": "always" }),
  ...emitted("conditionally required", {
    "error.type": "if the operation failed or was cancelled",
    "rpc.response.status_code": "if a JSON-RPC error was answered",
    "gen_ai.tool.name": "for `tools/call`",
  }),
  ...emitted("recommended", {
    "gen_ai.operation.name": "for `tools/call`",
    "mcp.protocol.version":
      "once `initialize` is answered; from the first request on without sessions",
    "network.transport": "always",
  }),
  ...left("conditionally required", { "gen_ai.prompt.name": "left out: there are no prompts" }),
  ...left("recommended", {
    "network.protocol.name": "left out: `network.transport` tells it",
    "network.protocol.version": unknownProtocol,
    "jsonrpc.protocol.version": "left out: it is always 2.0",
  }),
  ...left("opt-in", { "mcp.resource.uri": "left out: there are no resources" }),
];

const exported = [
  ...emitted("conditionally required", { "error.type": "if it failed" }),
  ...left("recommended", {
    "otel.component.name": "left out: there is one of each kind",
    "otel.component.type": "left out: there is one of each kind",
    "server.address": "left out: it is a setting, and the same for all",
    "server.port": "left out: it is a setting, and the same for all",
  }),
];

const component = exported.filter(({ name }) => !name.startsWith("server."));

/** Attributes of each metric of the conventions that is recorded here and has some. */
export const conventions: ReadonlyMap<string, ReadonlyArray<ConventionAttribute>> = new Map([
  ["http.client.request.duration", httpClient],
  ["http.server.request.duration", httpServer],
  [
    "mcp.client.operation.duration",
    [
      ...mcpOperation,
      ...emitted("recommended", {
        "server.address": "where the server is reached over HTTP",
        "server.port": "where the server is reached over HTTP",
      }),
    ],
  ],
  [
    "mcp.client.session.duration",
    [
      ...emitted("recommended", {
        "mcp.protocol.version": "always",
        "network.transport": "always",
        "server.address": "where the server is reached over HTTP",
        "server.port": "where the server is reached over HTTP",
      }),
      ...emitted("conditionally required", {
        "error.type": "where the connection broke, or the server forgot the session",
      }),
      ...left("recommended", {
        "network.protocol.name": "left out: `network.transport` tells it",
        "network.protocol.version": unknownProtocol,
        "jsonrpc.protocol.version": "left out: it is always 2.0",
      }),
    ],
  ],
  ["mcp.server.operation.duration", mcpOperation],
  [
    "mcp.server.session.duration",
    [
      ...emitted("recommended", {
        "mcp.protocol.version": "always",
        "network.transport": "always",
      }),
      ...left("conditionally required", {
        "error.type": "left out: either side may end a session, which is no error",
      }),
      ...left("recommended", {
        "network.protocol.name": "left out: `network.transport` tells it",
        "network.protocol.version": unknownProtocol,
        "jsonrpc.protocol.version": "left out: it is always 2.0",
      }),
    ],
  ],
  ["process.cpu.time", emitted("recommended", { "cpu.mode": "always" })],
  ["otel.sdk.exporter.metric_data_point.exported", exported],
  ["otel.sdk.exporter.span.exported", exported],
  ["otel.sdk.exporter.log.exported", exported],
  ["otel.sdk.processor.span.processed", component],
  ["otel.sdk.processor.log.processed", component],
  [
    "otel.sdk.metric_reader.collection.duration",
    component.map((attribute) =>
      attribute.name === "error.type"
        ? { ...attribute, isEmitted: false, note: "left out: a scrape that fails is a status" }
        : attribute,
    ),
  ],
]);

/** Section of METRICS.md. */
export const conventionsSection = (): string =>
  [
    "## OpenTelemetry's semantic conventions",
    `Attributes that the conventions (${conventionsVersion}) give to the metrics here, by requirement level. Further labels begin with \`executor.\`.`,
    [
      "| metric | attribute | level | here |",
      "| --- | --- | --- | --- |",
      ...[...conventions].flatMap(([metric, all]) =>
        all.map(({ level, name, note }) => `| \`${metric}\` | \`${name}\` | ${level} | ${note} |`),
      ),
    ].join("\n"),
  ].join("\n\n");
