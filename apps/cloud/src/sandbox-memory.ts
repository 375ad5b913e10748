/** What a sandbox has at its start: as little as QuickJS can begin with, since all share the 128 MB of an isolate. */
export const initialMemoryBytes = 7 * 1024 * 1024;
