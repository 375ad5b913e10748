import { Context } from "effect";

/**
 * Whether the app's HTTP client sends bodies with GET and HEAD. `fetch` refuses them by its specification; an app that has
 * another client for them provides `true`.
 */
export class ReadBodies extends Context.Reference<ReadBodies>()("@executor/sdk/ReadBodies", {
  defaultValue: () => false,
}) {}
