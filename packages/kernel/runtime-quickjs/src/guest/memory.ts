const pageBytes = 65_536;
/** What the QuickJS build asks for at its start, and the least that a run can be given. */
export const minimumMemoryBytes = 256 * pageBytes;
/** What the QuickJS build can address. */
const maximumMemoryBytes = 32_768 * pageBytes;

/** The host ran out of the sandbox's memory while it wrote into it. */
export class SandboxMemoryExhausted extends Error {}

/** Linear memory that cannot outgrow its limit, and that knows when it wanted to. */
export interface BoundedMemory {
  readonly memory: WebAssembly.Memory;
  readonly limitBytes: number;
  readonly bytes: () => number;
  /** Whether growing was refused at least once. */
  readonly exhausted: () => boolean;
  readonly markExhausted: () => void;
}

/**
 * QuickJS's own memory limit does not hold, so the bound is the WebAssembly memory itself: a new one, or one that was
 * emptied and had the same limit.
 */
export const makeBoundedMemory = (
  limitBytes: number,
  onGrow: (bytes: number) => void,
  initialBytes = minimumMemoryBytes,
  emptied?: WebAssembly.Memory,
): BoundedMemory => {
  const bounded = Math.min(Math.max(limitBytes, initialBytes), maximumMemoryBytes);
  const memory =
    emptied ??
    new WebAssembly.Memory({
      initial: initialBytes / pageBytes,
      maximum: Math.floor(bounded / pageBytes),
    });
  let exhausted = false;
  memory.grow = (pages) => {
    try {
      const before = WebAssembly.Memory.prototype.grow.call(memory, pages);
      onGrow(memory.buffer.byteLength);
      return before;
    } catch (error) {
      exhausted = true;
      throw error;
    }
  };
  return {
    memory,
    limitBytes,
    bytes: () => memory.buffer.byteLength,
    exhausted: () => exhausted,
    markExhausted: () => {
      exhausted = true;
    },
  };
};

/**
 * Empties a memory that nothing runs in any more, all of it, so that another engine may have it; `false` where it has grown,
 * which cannot be undone.
 */
export const emptyMemory = (memory: WebAssembly.Memory, initialBytes: number): boolean => {
  if (memory.buffer.byteLength !== initialBytes) return false;
  new Uint8Array(memory.buffer).fill(0);
  return true;
};
