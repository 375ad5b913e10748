/**
 * workerd's own module (https://developers.cloudflare.com/durable-objects/api/), with this process's requests and responses:
 * `@cloudflare/workers-types` declares others, which a shared package could not take.
 */
declare module "cloudflare:workers" {
  /** Variables, secrets and bindings, also outside of requests. */
  export const env: unknown;

  /** Lets work go on after the answer to the request that is being answered. */
  export const waitUntil: (work: Promise<unknown>) => void;

  export abstract class DurableObject<State, Environment> {
    protected readonly ctx: State;
    protected readonly env: Environment;
    constructor(ctx: State, env: Environment);
    fetch?(request: Request): Response | Promise<Response>;
    alarm?(): void | Promise<void>;
  }
}

/** Wrangler's module rule `CompiledWasm`. */
declare module "*.wasm" {
  const wasmModule: WebAssembly.Module;
  export default wasmModule;
}
