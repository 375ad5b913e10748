import {
  createMcpHandler,
  type CreateMcpHandlerOptions,
  InMemoryServerEventBus,
  type McpServerFactory,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import { Either, Schema } from "effect";
import { maxSubscriptions, type Subscribe } from "../offerings/subscriptions.ts";

export interface ListeningOptions {
  readonly factory: McpServerFactory;
  /** Emits the changes that concern everybody. */
  readonly bus: ServerEventBus;
  readonly common: CreateMcpHandlerOptions;
  /** Streams that are open at once. */
  readonly maxListeners: number;
}

/** The reply to one that listens. */
export interface Listener {
  readonly response: Response;
  /** Called when the stream has ended. */
  readonly end: () => void;
}

/** The open streams of those that listen for changes, each with a bus of its own: what it follows concerns nobody else. */
export const listening = ({ factory, bus, common, maxListeners }: ListeningOptions) => {
  const open = new Set<() => void>();
  return {
    listen: async (request: Request, body: unknown, subscribe: Subscribe): Promise<Listener> => {
      const own = new InMemoryServerEventBus();
      const unsubscribe = bus.subscribe((event) => own.publish(event));
      const leaving = new AbortController();
      const isFull = open.size >= maxListeners;
      const handler = createMcpHandler(factory, {
        ...common,
        bus: own,
        maxSubscriptions: isFull ? 0 : 1,
      });
      const close = () => void handler.close();
      if (!isFull) open.add(close);
      const end = () => {
        open.delete(close);
        unsubscribe();
        leaving.abort();
      };
      const follow = (uri: string) =>
        subscribe(uri, () => handler.notify.resourceUpdated(uri), leaving.signal);
      try {
        const parsedBody = isFull ? body : await withFollowed(body, follow);
        return { response: await handler.fetch(request, { parsedBody }), end };
      } catch (error) {
        end();
        throw error;
      }
    },
    /** Ends all streams. */
    close: (): void => {
      for (const close of open) close();
    },
  };
};

const Listen = Schema.Struct(
  {
    params: Schema.Struct(
      {
        notifications: Schema.Struct(
          { resourceSubscriptions: Schema.Array(Schema.String) },
          { key: Schema.String, value: Schema.Unknown },
        ),
      },
      { key: Schema.String, value: Schema.Unknown },
    ),
  },
  { key: Schema.String, value: Schema.Unknown },
);
const decodeListen = Schema.decodeUnknownEither(Listen);

/** The request with those resources only that are followed from now on: the reply tells which these are. */
const withFollowed = async (
  body: unknown,
  follow: (uri: string) => Promise<void>,
): Promise<unknown> => {
  const decoded = decodeListen(body);
  if (Either.isLeft(decoded)) return body;
  const { params } = decoded.right;
  const { notifications } = params;
  const wanted = [...new Set(notifications.resourceSubscriptions)].slice(0, maxSubscriptions);
  const outcomes = await Promise.allSettled(wanted.map(follow));
  const resourceSubscriptions = wanted.filter(
    (_, index) => outcomes[index]?.status === "fulfilled",
  );
  return {
    ...decoded.right,
    params: { ...params, notifications: { ...notifications, resourceSubscriptions } },
  };
};
