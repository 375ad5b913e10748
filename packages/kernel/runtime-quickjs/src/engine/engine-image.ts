import type { JSContextPointer, JSRuntimePointer } from "quickjs-emscripten-core";
import type { BridgePointers } from "../guest/bridge.ts";

const blockBytes = 4096;

/**
 * An engine's memory as it is before any agent's code: QuickJS's realm with the prelude in it. Writing it into a fresh
 * instance of the same module takes a fraction of the time that running the prelude there takes. Plain data, so that
 * one thread can make it for the others.
 */
export interface EngineImage {
  /** Bytes that the memory of a fresh engine has. */
  readonly initialBytes: number;
  /** Where blocks of 4,096 bytes belong, in the order in which `bytes` holds them. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  readonly runtime: JSRuntimePointer;
  readonly context: JSContextPointer;
  readonly bridge: BridgePointers;
}

/** The blocks of a memory that differ from those of a fresh one of the same size. */
export const changedBlocks = (
  memory: ArrayBuffer,
  fresh: ArrayBuffer,
): Pick<EngineImage, "offsets" | "bytes"> => {
  if (memory.byteLength !== fresh.byteLength) {
    throw new TypeError("The memory has grown, so that a fresh one has no room for its image.");
  }
  const now = new Int32Array(memory);
  const before = new Int32Array(fresh);
  const wordsPerBlock = blockBytes / 4;
  const offsets: Array<number> = [];
  for (let start = 0; start < now.length; start += wordsPerBlock) {
    for (let at = start; at < start + wordsPerBlock; at++) {
      if (now[at] === before[at]) continue;
      offsets.push(start * 4);
      break;
    }
  }
  const bytes = new Uint8Array(offsets.length * blockBytes);
  offsets.forEach((offset, index) => {
    bytes.set(new Uint8Array(memory, offset, blockBytes), index * blockBytes);
  });
  return { offsets: Uint32Array.from(offsets), bytes };
};

/** Writes an image into the memory of a fresh instance. */
export const writeBlocks = (image: EngineImage, memory: Uint8Array): void => {
  image.offsets.forEach((offset, index) => {
    const start = index * blockBytes;
    memory.set(image.bytes.subarray(start, start + blockBytes), offset);
  });
};
