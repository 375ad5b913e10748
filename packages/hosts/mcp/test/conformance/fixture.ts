import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type GetPromptResult,
  inputRequired,
  type InputRequests,
  McpServer,
  ProtocolError,
  ResourceNotFoundError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { ServerFactory } from "../../src/server.ts";
import type { RequestStates } from "../../src/stateless/request-state.ts";
import { audio, form, image, inputs, prompts, resources, schemas } from "./fixture-data.ts";

const text = (value: string): CallToolResult => ({ content: [{ type: "text", text: value }] });

const pause = () => Bun.sleep(50);

/** The tools of the conformance suite that answer without input. */
const plain: Readonly<
  Record<string, (context: ServerContext) => CallToolResult | Promise<CallToolResult>>
> = {
  test_simple_text: () => text("This is a simple text response for testing."),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [audio] }),
  test_embedded_resource: () => ({
    content: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
  }),
  test_multiple_content_types: () => ({
    content: [
      { type: "text", text: "Multiple content types test:" },
      image,
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: '{"test":"data","value":123}',
        },
      },
    ],
  }),
  test_error_handling: () => ({
    ...text("This tool intentionally returns an error for testing"),
    isError: true,
  }),
  test_logging_tool: () => text("logged"),
  test_streaming_elicitation: () => text("asked nobody"),
  test_reconnection: () => text("Reconnection test completed successfully."),
  json_schema_2020_12_tool: () => text("validated"),
  test_tool_with_progress: async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total: 100 };
        await mcpReq.notify({ method: "notifications/progress", params });
      }
      await pause();
    }
    return text("done");
  },
  test_tool_with_logging: async ({ mcpReq }) => {
    for (const data of [
      "Tool execution started",
      "Tool processing data",
      "Tool execution completed",
    ]) {
      await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
      await pause();
    }
    return text("logged");
  },
};

/** The tools that ask a client with a session during the call. */
const asking = async (
  name: string,
  args: Readonly<Record<string, unknown>>,
  { mcpReq }: ServerContext,
): Promise<CallToolResult | undefined> => {
  if (name === "test_sampling") {
    const content = { type: "text" as const, text: JSON.stringify(args["prompt"]) };
    const params = { messages: [{ role: "user" as const, content }], maxTokens: 100 };
    const sampled = await mcpReq.send({ method: "sampling/createMessage", params });
    return text(`LLM response: ${JSON.stringify(sampled.content)}`);
  }
  const schema = schemas[name];
  if (schema === undefined) return undefined;
  const asked = args["message"];
  const message = typeof asked === "string" ? asked : "Please fill in the form.";
  const params = { message, requestedSchema: schema };
  const { action, content } = await mcpReq.send({ method: "elicitation/create", params });
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
};

const missing = (capability: string) =>
  new ProtocolError(-32_021, "Missing required client capabilities", {
    requiredCapabilities: { [capability]: {} },
  });

const capabilitiesOf = ({ mcpReq }: ServerContext): object => {
  const envelope = new Map<string, unknown>(Object.entries(mcpReq.envelope ?? {}));
  const declared = envelope.get(CLIENT_CAPABILITIES_META_KEY);
  return typeof declared === "object" && declared !== null ? declared : {};
};

/** The tools, prompts and resources that npm's conformance suite expects of a server, for its requests over the host's routing. */
export const fixtureServer =
  (states: RequestStates, toolsChanged: () => void): ServerFactory =>
  ({ holder }) => {
    const { server } = new McpServer(
      { name: "fixture", version: "1" },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { subscribe: true },
          completions: {},
          logging: {},
        },
        inputRequired: { legacyShim: false },
      },
    );

    /** Asks the rounds of `name` one after another, with the number of the next in the sealed state. */
    const ask = async (name: string, context: ServerContext) => {
      const { mcpReq } = context;
      const sealed = mcpReq.requestState<string>();
      const call = { name };
      const state = sealed === undefined ? undefined : await states.open(sealed, call, holder);
      if (sealed !== undefined && state === undefined) {
        throw new ProtocolError(-32_602, "Invalid or expired requestState");
      }
      const rounds = inputs[name] ?? [];
      const responses = mcpReq.inputResponses ?? {};
      const round = state?.round ?? 0;
      const isAnswered = Object.keys(rounds[round] ?? {}).every((key) => key in responses);
      const next = rounds[isAnswered ? round + 1 : round];
      if (next === undefined) return undefined;
      const declared = capabilitiesOf(context);
      const inputRequests: InputRequests = Object.fromEntries(
        Object.entries(next).filter(
          ([key]) => name !== "test_input_required_result_capabilities" || key in declared,
        ),
      );
      const run = { run: name, round: isAnswered ? round + 1 : round };
      const requestState = await states.seal(run, Date.now() + 60_000, call, holder);
      return inputRequired({ inputRequests, requestState });
    };

    const names = [
      ...Object.keys(plain),
      ...Object.keys(schemas),
      ...Object.keys(inputs).filter((name) => name !== "test_input_required_result_prompt"),
      "test_sampling",
      "test_missing_capability",
      "test_trigger_tool_change",
    ];
    server.setRequestHandler("tools/list", () => ({
      tools: names.map((name) => ({
        name,
        description: `The suite's tool ${name}.`,
        inputSchema: name === "json_schema_2020_12_tool" ? form : { type: "object" as const },
      })),
    }));
    server.setRequestHandler("tools/call", async ({ params }, context) => {
      const { name, arguments: args = {} } = params;
      if (name === "test_missing_capability" && !("sampling" in capabilitiesOf(context))) {
        throw missing("sampling");
      }
      if (name === "test_trigger_tool_change") toolsChanged();
      const asked = inputs[name] === undefined ? undefined : await ask(name, context);
      if (asked !== undefined) return asked;
      if (plain[name] !== undefined) return plain[name](context);
      if (!names.includes(name)) throw new ProtocolError(-32_602, `There is no tool ${name}.`);
      return (
        (await asking(name, args, context)) ??
        text(`Answered: ${JSON.stringify(context.mcpReq.inputResponses ?? {})}`)
      );
    });
    server.setRequestHandler("prompts/list", () => ({
      prompts: Object.keys(prompts).map((name) => ({
        name,
        description: `The suite's prompt ${name}.`,
        ...(name === "test_prompt_with_arguments" && {
          arguments: ["arg1", "arg2"].map((arg) => ({ name: arg, required: true })),
        }),
      })),
    }));
    server.setRequestHandler("prompts/get", async ({ params }, context) => {
      const { name, arguments: args = {} } = params;
      const asked = inputs[name] === undefined ? undefined : await ask(name, context);
      const prompt = prompts[name];
      if (asked !== undefined) return asked;
      if (prompt === undefined) throw new ProtocolError(-32_602, `There is no prompt ${name}.`);
      const result: GetPromptResult = { messages: prompt(args) };
      return result;
    });
    server.setRequestHandler("resources/list", () => ({
      resources: resources.map(({ uri, mimeType }) => ({
        uri,
        mimeType,
        name: uri,
        description: "A resource of the suite's.",
      })),
    }));
    server.setRequestHandler("resources/templates/list", () => ({
      resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template" }],
    }));
    server.setRequestHandler("resources/read", ({ params: { uri } }) => {
      const id = /^test:\/\/template\/(?<id>[^/]+)\/data$/.exec(uri)?.groups?.["id"];
      const found = resources.find((resource) => resource.uri === uri);
      if (id !== undefined) {
        const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
        return { contents: [{ uri, mimeType: "application/json", text: data }] };
      }
      if (found === undefined) throw new ResourceNotFoundError(uri);
      return { contents: [found] };
    });
    server.setRequestHandler("resources/subscribe", () => ({}));
    server.setRequestHandler("resources/unsubscribe", () => ({}));
    server.setRequestHandler("completion/complete", () => ({ completion: { values: [] } }));
    return server;
  };
