import { type OfferingAccess, ToolCallError } from "@executor/sdk";
import { Effect, Stream } from "effect";

/** Parts of a stranger's list that schemas of clients do not take as they are. */
const listed = [
  {
    uri: "test://a",
    name: "a",
    mimeType: "text/plain",
    annotations: { priority: 7, audience: ["user", "x"] },
  },
  { uri: "file:///b?x=1#y", name: "", size: 3 },
];

const unknown = new ToolCallError({
  outcome: "invalid_input",
  errorType: "-32002",
  message: "The server knows no such resource.",
});

/** Followers of `test://changing`, which changes all the time. */
export const followed = { count: 0 };

/** What the test's sources offer: `test://a` is text, `test://bytes` bytes, `test://broken` claims to be bytes, `test://fail` fails. */
export const offerings: OfferingAccess = {
  list: () =>
    Effect.succeed({
      resources: listed,
      templates: [{ uriTemplate: "test://{name}/{+path}", name: "any" }],
      prompts: [{ name: "greet.all", arguments: [{ name: "who", required: true }] }],
    }),
  read: (_settings, uri) => {
    if (uri === "test://missing") return Effect.fail(unknown);
    if (uri === "test://fail") {
      const message = "The server is tired.";
      return new ToolCallError({ outcome: "upstream_error", errorType: "500", message });
    }
    if (uri === "test://bytes") return Effect.succeed([{ uri, blob: "AAEC" }]);
    if (uri === "test://broken") return Effect.succeed([{ uri, blob: "no base64!" }]);
    return Effect.succeed([{ uri, text: `This is ${uri}` }]);
  },
  fillPrompt: (_settings, name, { who = "nobody" }) =>
    Effect.succeed({
      description: name,
      messages: [
        { role: "user", content: { type: "text", text: `Hello, ${who}`, annotations: null } },
        { role: "user", content: { type: "resource_link", uri: "test://a", name: "a" } },
        {
          role: "assistant",
          content: { type: "image", data: "no base64!", mimeType: "image/png" },
        },
      ],
    }),
  complete: (_settings, { argument, ref }) =>
    Effect.succeed({
      values: [`${ref.type} ${ref.type === "ref/prompt" ? ref.name : ref.uri}`, argument.value],
      total: 2,
    }),
  updates: (_settings, uri) =>
    uri === "test://changing"
      ? Stream.ensuring(
          Stream.flatMap(Stream.fromEffect(Effect.sync(() => void (followed.count += 1))), () =>
            Stream.repeatEffect(Effect.sleep("20 millis")),
          ),
          Effect.sync(() => void (followed.count -= 1)),
        )
      : Stream.never,
};
