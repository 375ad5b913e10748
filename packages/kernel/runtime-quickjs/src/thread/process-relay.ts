import { ControlBlock, type FromWorker, type ToWorker } from "./protocol.ts";

/**
 * Entry point of a process for one worker: passes messages on between the process that started it and the worker's thread, for
 * which it keeps the control block.
 */
const [, , workerUrl = ""] = process.argv;
const reportMs = 50;
const worker = new Worker(workerUrl);
let control: ControlBlock | undefined;

const report = (): void => {
  if (control !== undefined) send({ type: "use", numbers: control.copy() });
};
const send = (message: FromWorker): void => void process.send?.(message);
const end = (): void => void process.kill(process.pid, "SIGKILL");

worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
  report();
  send(data.type === "ready" ? { ...data, source: undefined } : data);
};
worker.addEventListener("close", end);
process.on("message", (message: ToWorker) => {
  if (message.type === "run") {
    control = new ControlBlock();
    return worker.postMessage({ ...message, control: control.buffer });
  }
  if (message.type === "wake") control?.requestStop();
  worker.postMessage(message);
});
process.on("disconnect", end);
setInterval(report, reportMs);
