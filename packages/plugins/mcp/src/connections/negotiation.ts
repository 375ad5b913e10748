import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, shorten, text } from "@executor/plugin-kit";
import { Cause, Effect, Exit, Fiber, Option } from "effect";
import { invalidResponse, McpFailure, toMcpFailure } from "../failures.ts";
import { clientCapabilities } from "./client-events.ts";
import type { Peer } from "./peer.ts";

/** The version of MCP without sessions, and those before it, newest first. */
export const modernVersion = "2026-07-28";
const legacyVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"];

/** What a server says of itself. */
export interface Greeting {
  readonly era: "legacy" | "modern";
  /** The version that is spoken. */
  readonly version: string;
  readonly serverName: string;
  readonly capabilities: JsonObject;
  /** How the server wants to be used; absent where it does not say. */
  readonly instructions: string | undefined;
}

/** Whether the end of a request is one to measure. */
export type Counts = (exit: Exit.Exit<JsonObject, McpFailure>) => boolean;

export interface Negotiation {
  readonly peer: Peer;
  /** The version that the client tells servers. */
  readonly clientVersion: string;
  /** Called with the version that is spoken from now on. */
  readonly onAgreed: (version: string) => void;
  /** Limits the time of a request and measures it, if its end is one that counts. */
  readonly measured: (
    method: string,
    counts: Counts,
  ) => (request: Effect.Effect<JsonObject, McpFailure>) => Effect.Effect<JsonObject, McpFailure>;
}

/** Milliseconds without an answer to `server/discover` after which `initialize` is sent too: some servers ignore what they do not know. */
const silenceMs = 3_000;

/** Finds out in which era a server speaks, by asking in the newer one first. */
export const negotiate = (negotiation: Negotiation): Effect.Effect<Greeting, McpFailure> =>
  Effect.gen(function* () {
    const discovering = yield* Effect.forkScoped(discover(negotiation));
    const answered = yield* Fiber.await(discovering).pipe(Effect.timeoutOption(silenceMs));
    const discovered = Fiber.join(discovering);
    if (Option.isSome(answered)) {
      return yield* Effect.catchIf(discovered, mayBeLegacy, () => initialize(negotiation));
    }
    // A program may only be slow to start: it answers the first of both that it knows.
    return yield* Effect.raceFirst(
      initialize(negotiation),
      Effect.catchAll(discovered, () => Effect.never),
    );
  }).pipe(Effect.scoped);

/** Whether a server that refuses `server/discover` may speak an older version. Any other failure would be the same again. */
const mayBeLegacy = ({ code, data, reason }: McpFailure): boolean => {
  switch (reason) {
    case "rpc_error":
    case "invalid_response":
      return true;
    case "unsupported_version":
      return supportedIn(data).some(isLegacy);
    case "http_status":
      return code !== 401 && code !== 403;
    case "connection_error":
    case "input_required":
    case "invalid_settings":
    case "response_too_large":
    case "timeout":
    case "too_many_connections":
      return false;
  }
};

const isLegacy = (version: Json): boolean =>
  typeof version === "string" && legacyVersions.includes(version);

/** Asks as MCP 2026-07-28 does, which has no sessions: each request says what `initialize` once said. */
const discover = ({
  clientVersion,
  measured,
  onAgreed,
  peer,
}: Negotiation): Effect.Effect<Greeting, McpFailure> => {
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": modernVersion,
    "io.modelcontextprotocol/clientInfo": { name: "executor", version: clientVersion },
    "io.modelcontextprotocol/clientCapabilities": clientCapabilities,
  };
  const asked = ask(peer, "server/discover", {}, envelope);
  return Effect.catchIf(asked, speaksModern, () => asked).pipe(
    Effect.tap((result) => {
      const supported = member(result, "supportedVersions");
      if (!isArray(supported)) return Effect.fail(invalidResponse);
      if (!supported.includes(modernVersion)) return Effect.fail(noCommonVersion(supported));
      onAgreed(modernVersion);
      peer.useEnvelope(envelope);
      return Effect.void;
    }),
    measured("server/discover", decides),
    Effect.map((result) => {
      const info =
        member(member(result, "_meta"), "io.modelcontextprotocol/serverInfo") ??
        member(result, "serverInfo");
      return greeting("modern", modernVersion, result, info);
    }),
  );
};

/** Whether a server refused the version and names it all the same: it is asked once more. */
const speaksModern = ({ data, reason }: McpFailure): boolean =>
  reason === "unsupported_version" && supportedIn(data).includes(modernVersion);

/** That an older server does not know the question is no failure. */
const decides: Counts = (exit) =>
  Exit.match(exit, {
    onSuccess: () => true,
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onNone: () => false,
        onSome: (failure) => !mayBeLegacy(failure),
      }),
  });

/** Opens a session as every version before 2026-07-28 does. */
export const initialize = ({
  clientVersion,
  measured,
  onAgreed,
  peer,
}: Negotiation): Effect.Effect<Greeting, McpFailure> => {
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: clientCapabilities,
    clientInfo: { name: "executor", version: clientVersion },
  };
  return ask(peer, "initialize", params).pipe(
    Effect.tap((result) => {
      const version = member(result, "protocolVersion");
      if (typeof version !== "string") return Effect.fail(invalidResponse);
      if (!isLegacy(version)) return Effect.fail(noCommonVersion([version]));
      onAgreed(version);
      return Effect.tryPromise({
        try: () => peer.notify("notifications/initialized"),
        catch: toMcpFailure,
      });
    }),
    measured("initialize", () => true),
    Effect.map((result) => {
      const version = text(member(result, "protocolVersion")) ?? "";
      return greeting("legacy", version, result, member(result, "serverInfo"));
    }),
  );
};

const ask = (
  peer: Peer,
  method: string,
  params: JsonObject,
  envelope?: JsonObject,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.tryPromise({
    try: (signal) => peer.request({ method, params }, { signal }, envelope),
    catch: toMcpFailure,
  }).pipe(
    Effect.mapError((failure) =>
      failure.code === unsupportedVersion ? noCommonVersion(supportedIn(failure.data)) : failure,
    ),
  );

/** Characters of a server's name. */
const maxNameChars = 200;

const greeting = (
  era: Greeting["era"],
  version: string,
  result: JsonObject,
  info: Json | undefined,
): Greeting => {
  const capabilities = member(result, "capabilities");
  return {
    era,
    version,
    serverName: shorten(
      text(member(info, "title")) ?? text(member(info, "name")) ?? "MCP server",
      maxNameChars,
    ),
    capabilities: isObject(capabilities) ? capabilities : {},
    instructions: text(member(result, "instructions")),
  };
};

/** The error of a server that speaks none of the client's versions (MCP 2026-07-28). */
const unsupportedVersion = -32_022;

const supportedIn = (data: Json | undefined): ReadonlyArray<Json> => {
  const supported = member(data, "supported");
  return isArray(supported) ? supported : [];
};

/** Versions of a server that a message names, and characters of each. */
const maxNamed = 10;
const maxVersionChars = 40;

const noCommonVersion = (theirs: ReadonlyArray<Json>): McpFailure => {
  const supported = theirs
    .filter((version) => typeof version === "string")
    .slice(0, maxNamed)
    .map((version) => version.slice(0, maxVersionChars));
  const spoken = supported.length === 0 ? "versions that it does not name" : supported.join(", ");
  const known = [modernVersion, ...legacyVersions].join(", ");
  return new McpFailure({
    reason: "unsupported_version",
    message: `The server speaks ${spoken} of the Model Context Protocol, and Executor speaks ${known}. Use another version of the server, or update Executor.`,
    data: { supported },
  });
};
