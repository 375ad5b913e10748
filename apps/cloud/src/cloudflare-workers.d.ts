/** What is used of workerd's own module (https://developers.cloudflare.com/durable-objects/api/). */
declare module "cloudflare:workers" {
  /** The variables, secrets and bindings, also outside of requests. */
  export const env: unknown;

  export abstract class DurableObject<State, Environment> {
    protected readonly ctx: State;
    protected readonly env: Environment;
    constructor(ctx: State, env: Environment);
    fetch?(request: Request): Response | Promise<Response>;
    alarm?(): void | Promise<void>;
  }
}
