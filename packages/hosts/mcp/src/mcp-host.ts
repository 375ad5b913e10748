import type { Executions } from "@executor/execution";
import {
  deriveKey,
  makeCache,
  SecretKey,
  type SourceOfferings,
  Sources,
  Toolkits,
  type Tools,
} from "@executor/sdk";
import { currentTracer } from "@executor/telemetry/tracing";
import {
  Cause,
  Context,
  Effect,
  Either,
  Exit,
  Layer,
  Option,
  Runtime,
  Schedule,
  Stream,
} from "effect";
import { errorCodes, errorResponse, JsonRpcError } from "./json-rpc.ts";
import { hostOfferings } from "./offerings/host-offerings.ts";
import { sourceInstructions } from "./offerings/instructions.ts";
import type { Subscribe } from "./offerings/subscriptions.ts";
import { mcpRouter } from "./router.ts";
import { toolServer } from "./server.ts";
import { McpHostLimits } from "./sessions/sessions.ts";
import { RequestStates } from "./stateless/request-state.ts";
import { hostTools } from "./tools/call-tool.ts";

export interface McpHostOptions {
  /** The app's version, which clients receive. */
  readonly version: string;
  /** Who sends a request; without it, everybody is the same. */
  readonly holderOf?: (request: Request) => string;
  /** Toolkit whose tools alone exist for a request; without it, all do. */
  readonly toolkitOf?: (request: Request) => string | undefined;
  /** Whose runs these are, where several tenants share a secret key. */
  readonly tenant?: string;
}

/** The MCP endpoint: streamable HTTP, with sessions until MCP 2025-11-25 and without since 2026-07-28. */
export class McpHost extends Context.Tag("@executor/host-mcp/McpHost")<
  McpHost,
  {
    /** Answers any request to the endpoint. The app must check before who may send requests, and from where. */
    readonly handle: (request: Request) => Promise<Response>;
    /** Closes the streams that only listen, which would delay a server that waits for its requests to end. */
    readonly stopListening: () => void;
  }
>() {
  /** Closing its scope ends every session and cancels their runs. */
  static readonly layer = (
    options: McpHostOptions,
  ): Layer.Layer<
    McpHost,
    never,
    Executions | SecretKey | SourceOfferings | Sources | Toolkits | Tools
  > =>
    Layer.scoped(
      McpHost,
      Effect.suspend(() => make(options)),
    );
}

/** Toolkits whose instructions stay in memory: all of them. */
const maxToolkitsKept = 101;

const make = ({
  version,
  holderOf = () => "",
  toolkitOf = () => undefined,
  tenant = "",
}: McpHostOptions) =>
  Effect.gen(function* () {
    const tools = yield* hostTools;
    const offerings = yield* hostOfferings;
    const sources = yield* Sources;
    const toolkits = yield* Toolkits;
    const limits = yield* McpHostLimits;
    const runtime = yield* Effect.runtime();
    const tracer = yield* currentTracer;
    const secretKey = yield* SecretKey;
    const key = yield* Effect.promise(() => deriveKey(secretKey, "the state of MCP requests"));

    const runWithin =
      (toolkit: string | undefined) =>
      async <A>(effect: Effect.Effect<A, JsonRpcError>, signal: AbortSignal) => {
        const limited = Effect.catchTag(
          toolkits.within(toolkit)(withTraceId(effect)),
          "ToolkitNotFound",
          ({ message }) => Effect.fail(new JsonRpcError(errorCodes.invalidParams, message)),
        );
        const exit = await Runtime.runPromiseExit(runtime)(limited, { signal });
        if (Exit.isSuccess(exit)) return exit.value;
        throw Option.getOrElse(Cause.failureOption(exit.cause), () => cancelled);
      };

    let changes = 0;
    /** Read with every request: only changes of the sources and toolkits change them. */
    const instructions = yield* makeCache({
      capacity: maxToolkitsKept,
      version: () => changes,
      lookup: (toolkit: string | undefined) =>
        Effect.catchTag(toolkits.within(toolkit)(sourceInstructions), "ToolkitNotFound", () =>
          Effect.succeed(undefined),
        ),
    });

    const router = mcpRouter({
      limits,
      tracer,
      states: new RequestStates(key, tenant),
      reachedBy: async (request) => {
        const toolkit = toolkitOf(request);
        const reading = toolkits.within(toolkit)(instructions(toolkit));
        const told = await Runtime.runPromise(runtime)(Effect.either(reading));
        if (Either.isLeft(told)) return errorResponse(404, told.left.message);
        const run = runWithin(toolkit);
        const subscribe: Subscribe = async (uri, onUpdate, signal) => {
          const following = await run(offerings.subscribe(uri, onUpdate), signal);
          void run(following, signal).catch(() => undefined);
        };
        const serve = toolServer({
          version,
          tools,
          offerings,
          subscribe,
          instructions: told.right,
          run,
        });
        return { holder: holderOf(request), toolkit, serve, subscribe };
      },
    });
    yield* Effect.addFinalizer(() => Effect.sync(router.close));
    yield* Effect.sync(router.endIdle).pipe(
      Effect.repeat(Schedule.spaced(limits.maxIdleMs / 10)),
      Effect.forkScoped,
    );
    yield* tools.measure;
    yield* Stream.merge(sources.changes, toolkits.changes).pipe(
      Stream.tap(() => {
        changes += 1;
        return tools.measure;
      }),
      Stream.runForEach(() => Effect.promise(router.listsChanged)),
      Effect.forkScoped,
    );

    const unexpected = async (defect: unknown): Promise<Response> => {
      const failed = Effect.flip(withTraceId(Effect.die(defect)));
      const { code, message } = await Runtime.runPromise(runtime)(failed);
      return errorResponse(500, message, code);
    };

    return {
      handle: (request: Request) => router.answer(request).catch(unexpected),
      stopListening: router.stopListening,
    };
  });

/** Logs a defect under a trace id, and tells the client the id. */
const withTraceId = <A>(effect: Effect.Effect<A, JsonRpcError>): Effect.Effect<A, JsonRpcError> =>
  Effect.catchAllDefect(effect, (defect) => {
    const traceId = crypto.randomUUID().replaceAll("-", "");
    const message = `Something unexpected happened. The daemon's log has it under the trace id ${traceId}.`;
    return Effect.logError("An MCP request met something unexpected.", defect).pipe(
      Effect.annotateLogs({ traceId }),
      Effect.zipRight(Effect.fail(new JsonRpcError(errorCodes.internal, message))),
    );
  });

const cancelled = new JsonRpcError(errorCodes.internal, "The request was cancelled.");
