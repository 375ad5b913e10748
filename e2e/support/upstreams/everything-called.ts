/** Agent code that calls each of the tools that server-everything offers to a client with elicitation, once. */
export const callEveryTool = (namespace: string): string => `
  const everything = tools.${namespace};
  const types = (contents) => contents.map(({ type }) => type);
  const link = (contents) => contents[0].uri;
  return {
    echo: await everything.echo({ message: "hi" }),
    getAnnotatedMessage: types(await everything.getAnnotatedMessage({ messageType: "success", includeImage: true })),
    getEnv: typeof (await everything.getEnv({})).PATH,
    getResourceLinks: types(await everything.getResourceLinks({ count: 2 })),
    getResourceReference: types(await everything.getResourceReference({ resourceType: "Text", resourceId: 1 })),
    getStructuredContent: await everything.getStructuredContent({ location: "Chicago" }),
    getSum: await everything.getSum({ a: 2, b: 3 }),
    getTinyImage: types(await everything.getTinyImage({})),
    gzipFileAsResource: link(await everything.gzipFileAsResource({ name: "a.gz", data: "data:text/plain;base64,aGVsbG8=", outputType: "resourceLink" })),
    toggleSimulatedLogging: [await everything.toggleSimulatedLogging({}), await everything.toggleSimulatedLogging({})].map((text) => text.slice(0, 7)),
    toggleSubscriberUpdates: [await everything.toggleSubscriberUpdates({}), await everything.toggleSubscriberUpdates({})].map((text) => text.slice(0, 7)),
    triggerLongRunningOperation: await everything.triggerLongRunningOperation({ duration: 0.2, steps: 2 }),
    triggerElicitationRequest: (await everything.triggerElicitationRequest({}))[1].text,
    simulateResearchQuery: /Topic.*: (.*)/.exec(await everything.simulateResearchQuery({ topic: "python", ambiguous: true }))[1],
  };
`;

/** What that code returns, where its two questions are answered with Ada and a snake. */
export const everyAnswer = {
  echo: "Echo: hi",
  getAnnotatedMessage: ["text", "image"],
  getEnv: "string",
  getResourceLinks: ["text", "resource_link", "resource_link"],
  getResourceReference: ["text", "resource", "text"],
  getStructuredContent: { temperature: 36, conditions: "Light rain / drizzle", humidity: 82 },
  getSum: "The sum of 2 and 3 is 5.",
  getTinyImage: ["text", "image", "text"],
  gzipFileAsResource: "demo://resource/session/a.gz",
  toggleSimulatedLogging: ["Started", "Stopped"],
  toggleSubscriberUpdates: ["Started", "Stopped"],
  triggerLongRunningOperation: "Long running operation completed. Duration: 0.2 seconds, Steps: 2.",
  triggerElicitationRequest:
    "User inputs:\n- Name: Ada\n- Favorite Integer: 42\n- Favorite Number: 3.14",
  simulateResearchQuery: "python",
};
