import {
  type ElicitRequestFormParams,
  inputRequired,
  type InputRequests,
  type PromptMessage,
} from "@modelcontextprotocol/server";

const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

export const image = { type: "image" as const, data: png, mimeType: "image/png" };
export const audio = {
  type: "audio" as const,
  data: "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=",
  mimeType: "audio/wav",
};

/** Schema of a tool with the keywords of JSON Schema 2020-12 that the suite looks for (SEP-1613, SEP-2106). */
export const form = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object" as const,
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

const titled = (prefix: string, title: string) =>
  ["First", "Second", "Third"].map((nth, index) => ({
    const: `${prefix}${index + 1}`,
    title: `${nth} ${title}`,
  }));
const three = ["option1", "option2", "option3"];

/** Forms of the tools that ask during the call, by the tool's name. */
export const schemas: Readonly<Record<string, ElicitRequestFormParams["requestedSchema"]>> = {
  test_elicitation: {
    type: "object",
    properties: {
      username: { type: "string", description: "User's response" },
      email: { type: "string", description: "User's email address" },
    },
    required: ["username", "email"],
  },
  test_elicitation_sep1034_defaults: {
    type: "object",
    properties: {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    },
  },
  test_elicitation_sep1330_enums: {
    type: "object",
    properties: {
      untitledSingle: { type: "string", enum: three },
      titledSingle: { type: "string", oneOf: titled("value", "Option") },
      legacyEnum: {
        type: "string",
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array", items: { type: "string", enum: three } },
      titledMulti: { type: "array", items: { anyOf: titled("value", "Choice") } },
    },
  },
};

const elicit = (
  message: string,
  key: string,
  property: { type: "string" } | { type: "boolean" } = { type: "string" },
) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: "object", properties: { [key]: property }, required: [key] },
  });
const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens,
  });
const confirm = { confirm: elicit("Please confirm", "ok", { type: "boolean" }) };

/** Rounds of questions of the tools and prompts that end a call with them. */
export const inputs: Readonly<Record<string, ReadonlyArray<InputRequests>>> = {
  test_input_required_result_elicitation: [{ user_name: elicit("What is your name?", "name") }],
  test_input_required_result_sampling: [
    { capital_question: sample("What is the capital of France?", 100) },
  ],
  test_input_required_result_list_roots: [{ client_roots: inputRequired.listRoots() }],
  test_input_required_result_request_state: [confirm],
  test_input_required_result_tampered_state: [confirm],
  test_input_required_result_multiple_inputs: [
    {
      user_name: elicit("What is your name?", "name"),
      greeting: sample("Generate a greeting", 50),
      client_roots: inputRequired.listRoots(),
    },
  ],
  test_input_required_result_multi_round: [
    { step1: elicit("Step 1: What is your name?", "name") },
    { step2: elicit("Step 2: What is your favorite color?", "color") },
  ],
  test_input_required_result_capabilities: [
    { elicitation: elicit("What is your name?", "name"), sampling: sample("Greet me", 50) },
  ],
  test_input_required_result_prompt: [
    { user_context: elicit("What context should the prompt use?", "context") },
  ],
};

const said = (text: string): PromptMessage => ({ role: "user", content: { type: "text", text } });

/** The suite's prompts, by name: their messages for these arguments. */
export const prompts: Readonly<
  Record<string, (args: Readonly<Record<string, string>>) => Array<PromptMessage>>
> = {
  test_simple_prompt: () => [said("This is a simple prompt for testing.")],
  test_prompt_with_arguments: ({ arg1, arg2 }) => [
    said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  ],
  test_prompt_with_embedded_resource: ({ resourceUri = "" }) => [
    {
      role: "user",
      content: {
        type: "resource",
        resource: {
          uri: resourceUri,
          mimeType: "text/plain",
          text: "Embedded resource content for testing.",
        },
      },
    },
    said("Please process the embedded resource above."),
  ],
  test_prompt_with_image: () => [
    { role: "user", content: image },
    said("Please analyze the image above."),
  ],
  test_input_required_result_prompt: () => [said("Thank you for the context.")],
};

export const resources = [
  {
    uri: "test://static-text",
    mimeType: "text/plain",
    text: "This is the content of the static text resource.",
  },
  { uri: "test://static-binary", mimeType: "image/png", blob: png },
  { uri: "test://watched-resource", mimeType: "text/plain", text: "Watched." },
];
