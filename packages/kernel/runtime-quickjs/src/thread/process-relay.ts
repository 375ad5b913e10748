import { ControlBlock, type FromWorker, type ToWorker } from "./protocol.ts";

/**
 * Entry point of a process for one worker: passes messages on between the process that started it and the worker's thread, for
 * which it keeps the control block.
 */
const [, , workerUrl = ""] = process.argv;
const reportMs = 50;
const worker = new Worker(workerUrl);
let current: { readonly run: number; readonly control: ControlBlock } | undefined;

const report = (): void => {
  if (current !== undefined) {
    send({ type: "use", run: current.run, numbers: current.control.copy() });
  }
};
const send = (message: FromWorker): void => void process.send?.(message);
const end = (): void => void process.kill(process.pid, "SIGKILL");

worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
  report();
  if (data.type === "end") current = undefined;
  send(data.type === "ready" ? { ...data, source: undefined } : data);
};
worker.addEventListener("close", end);
process.on("message", (message: ToWorker) => {
  if (message.type === "run") {
    const control = new ControlBlock();
    current = { run: message.run, control };
    return worker.postMessage({ ...message, control: control.buffer });
  }
  if (message.type === "wake") current?.control.requestStop();
  worker.postMessage(message);
});
process.on("disconnect", end);
setInterval(report, reportMs);
