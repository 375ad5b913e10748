/** What the test servers of both eras offer beside tools, well and badly written. */
export const resources = [
  { uri: "test://a", name: "a", mimeType: "text/plain", size: 5, annotations: { priority: 1 } },
  { uri: "test://b", name: "b", title: null, description: null },
  { uri: "test://c" },
];

/** Members of lists that cannot be read. */
export const broken = [null, 5, {}, { uri: null, name: "x" }, { uri: "", name: "x" }];

export const resourceTemplates = [{ uriTemplate: "test://{name}", name: "any" }];

export const prompts = [
  {
    name: "greet",
    description: "Greets.",
    arguments: [
      { name: "who", required: true },
      { name: "how", description: "In which way." },
    ],
  },
];

export const contentsOf = (uri: string) => [
  { uri, mimeType: "text/plain", text: `This is ${uri}` },
  { uri, blob: "AAEC" },
];

export const filled = (who: unknown) => ({
  description: "A greeting.",
  messages: [
    { role: "user" as const, content: { type: "text" as const, text: `Hello, ${String(who)}` } },
  ],
});

export const completed = (value: string) => ({
  completion: { values: ["ada", "alan"].filter((each) => each.startsWith(value)), total: 2 },
});
