/** Bytes of one page of WebAssembly memory. */
export const pageBytes = 65_536;
/** Initial memory of the QuickJS build, and the least that a run can have. */
export const minimumMemoryBytes = 256 * pageBytes;
/** Memory that the QuickJS build can address. */
const maximumMemoryBytes = 32_768 * pageBytes;

/** The sandbox has no memory left for a value that the host writes into it. */
export class SandboxMemoryExhausted extends Error {}

/**
 * Linear memory that cannot outgrow its limit and remembers that it tried. QuickJS's own memory limit does not hold, so the bound
 * is the WebAssembly memory itself: a new one, or an emptied one with the same limit.
 */
export class BoundedMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether the engine asked for more memory than there is at least once. Code that throws a look-alike does not set it. */
  isExhausted = false;

  constructor(
    limitBytes: number,
    onGrow: (bytes: number) => void,
    initialBytes = minimumMemoryBytes,
    emptied?: WebAssembly.Memory,
  ) {
    const maximumBytes = Math.min(Math.max(limitBytes, initialBytes), maximumMemoryBytes);
    const memory =
      emptied ??
      new WebAssembly.Memory({
        initial: initialBytes / pageBytes,
        maximum: Math.floor(maximumBytes / pageBytes),
      });
    memory.grow = (pages) => {
      const before = WebAssembly.Memory.prototype.grow.call(memory, pages);
      onGrow(memory.buffer.byteLength);
      return before;
    };
    this.memory = memory;
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Reports a value that does not fit. */
  exhaust(): never {
    this.isExhausted = true;
    throw new SandboxMemoryExhausted("The sandbox has no memory left.");
  }
}

/**
 * Empties a memory in which nothing runs any more, so that another engine can use it. Returns `false` if it has grown, which
 * cannot be undone.
 */
export const emptyMemory = (memory: WebAssembly.Memory, initialBytes: number): boolean => {
  if (memory.buffer.byteLength !== initialBytes) return false;
  new Uint8Array(memory.buffer).fill(0);
  return true;
};

const blockBytes = 4096;

/** The parts of a memory that differ from a fresh one. */
export interface MemoryImage {
  /** Bytes of a fresh engine's memory. */
  readonly initialBytes: number;
  /** Positions of blocks of 4,096 bytes, in the order in which `bytes` holds them. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}

/** Finds the blocks of a memory that differ from those of a fresh one of the same size. */
export const imageOf = (memory: ArrayBuffer, fresh: ArrayBuffer): MemoryImage => {
  if (memory.byteLength !== fresh.byteLength) {
    throw new TypeError("The memory has grown, so a fresh one has no room for its image.");
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
  return { initialBytes: fresh.byteLength, offsets: Uint32Array.from(offsets), bytes };
};

/** Writes an image into the memory of a fresh instance. */
export const writeImage = (image: MemoryImage, memory: Uint8Array): void => {
  image.offsets.forEach((offset, index) => {
    const start = index * blockBytes;
    memory.set(image.bytes.subarray(start, start + blockBytes), offset);
  });
};
