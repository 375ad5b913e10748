import type { FromWorker, ToWorker } from "./protocol.ts";

/** What runs a worker's script: a thread or a process. */
export interface WorkerHost {
  readonly postMessage: (message: ToWorker) => void;
  /** Ends it. Some code in a thread goes on all the same; `onClose` says when it has ended. */
  readonly terminate: () => void;
}

export interface WorkerHostEvents {
  readonly onMessage: (message: FromWorker) => void;
  readonly onError: (message: string) => void;
  /** Called once, last: nothing of it runs any more. */
  readonly onClose: () => void;
}

export type StartWorkerHost = (url: URL | string, events: WorkerHostEvents) => WorkerHost;

/**
 * Starts a thread. Terminating it stops JavaScript and QuickJS, whose loops are rewritten for that. It does not stop a loop inside
 * WebAssembly, and a built-in function of JavaScript, such as a regular expression or a sort, only when it returns by itself.
 * For this reason nothing else in a sandbox's thread may work on an agent's data without a bound of its own.
 */
export const startThread: StartWorkerHost = (url, { onClose, onError, onMessage }) => {
  const thread = new Worker(url, { smol: true, ref: false });
  thread.onmessage = (event: MessageEvent<FromWorker>) => onMessage(event.data);
  thread.onerror = (event) => {
    event.preventDefault();
    onError(event.message);
  };
  thread.addEventListener("close", onClose);
  return thread;
};

const relay = Bun.fileURLToPath(new URL("./process-relay.ts", import.meta.url));

/** Starts a process with one thread. It takes 0.2 s and 15 MiB more than a thread alone, and everything in it can be ended. */
export const startProcess: StartWorkerHost = (url, { onClose, onMessage }) => {
  let isConnected = true;
  const child = Bun.spawn([process.execPath, relay, String(url)], {
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "advanced",
    ipc: (message: FromWorker) => onMessage(message),
    onDisconnect: () => {
      isConnected = false;
    },
    onExit: () => {
      isConnected = false;
      onClose();
    },
  });
  child.unref();
  return {
    postMessage: (message) => {
      // It may have ended before `onClose` says so.
      if (!isConnected) return;
      // A module does not cross to another process, which makes its own.
      child.send(message.type === "boot" ? { ...message, source: undefined } : message);
    },
    terminate: () => child.kill("SIGKILL"),
  };
};
