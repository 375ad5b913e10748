import { Schema } from "effect";

const Targets = Schema.parseJson(
  Schema.Array(Schema.Struct({ id: Schema.String, webSocketDebuggerUrl: Schema.String })),
);

const Usage = Schema.parseJson(
  Schema.Struct({
    result: Schema.Struct({
      usedSize: Schema.Number,
      totalSize: Schema.Number,
      backingStorageSize: Schema.optionalWith(Schema.Number, { default: () => 0 }),
    }),
  }),
);

export interface IsolateMemory {
  /** Bytes of the heap in use, and of the buffers outside of it. */
  readonly used: number;
  /** Bytes of the heap, and of the buffers outside of it. */
  readonly total: number;
}

/** Asks for the memory of workerd's isolate by its debugger's protocol. */
export const watchIsolateMemory = async (inspectorPort: number) => {
  const response = await fetch(`http://127.0.0.1:${inspectorPort}/json`);
  const targets = Schema.decodeSync(Targets)(await response.text());
  const target = targets.find(({ id }) => id === "core:user:");
  if (target === undefined) throw new Error("The debugger knows of no worker.");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let id = 0;
  const ask = (method: string): Promise<string> => {
    id += 1;
    const sent = id;
    return new Promise((resolve) => {
      const listen = ({ data }: MessageEvent): void => {
        const text = String(data);
        if (!text.includes(`"id":${sent},`) && !text.includes(`"id":${sent}}`)) return;
        socket.removeEventListener("message", listen);
        resolve(text);
      };
      socket.addEventListener("message", listen);
      socket.send(JSON.stringify({ id: sent, method, params: {} }));
    });
  };
  return {
    now: async (): Promise<IsolateMemory> => {
      const { result } = Schema.decodeSync(Usage)(await ask("Runtime.getHeapUsage"));
      return {
        used: result.usedSize + result.backingStorageSize,
        total: result.totalSize + result.backingStorageSize,
      };
    },
    close: (): void => socket.close(),
  };
};
