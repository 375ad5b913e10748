import { existsSync } from "node:fs";
import { join } from "node:path";

const installed = join(import.meta.dirname, "..", "peers", "node_modules");

/** A module of `benchmark/peers`, which the workspace does not know. */
export const peerModule = async (path: string): Promise<unknown> => {
  const file = join(installed, path);
  if (!existsSync(file)) {
    throw new Error(`${path} is missing. Install the peers: bun install --cwd benchmark/peers`);
  }
  return import(file);
};

/** Whether an object has methods of these names; what they take and return is the caller's to know. */
export const hasMethods = <const Name extends string>(
  value: unknown,
  ...names: ReadonlyArray<Name>
): value is Record<Name, (...args: ReadonlyArray<unknown>) => unknown> =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  names.every((name) => typeof Reflect.get(value, name) === "function");
