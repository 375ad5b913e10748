import { DurableObject } from "cloudflare:workers";
import type { WebHandler } from "@executor/api";
import { organizationMetrics } from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { Effect, Scope } from "effect";
import type { DurableObjectState, Environment } from "../environment.ts";
import { reportsPath } from "../fleet/reports.ts";
import { metricsPath, organizationsPath, recordRefusals, refusalsPath } from "../platform.ts";
import { logger } from "../telemetry/logging.ts";
import { SpanFlushes } from "../telemetry/span-flushes.ts";
import { inOrganization, respondInOrganization } from "./in-organization.ts";
import { OrganizationName } from "./organization-name.ts";
import { organizationServices } from "./organization-services.ts";
import { organizationSettings } from "./settings.ts";

/** The handler of a path within the object. */
const handlerOf = (pathname: string, { handle, organizations }: Services): WebHandler => {
  if (pathname === refusalsPath) return recordRefusals;
  if (pathname !== organizationsPath || organizations === undefined) return handle;
  return (request) => organizations(new Request(new URL(metricsPath, request.url), request));
};

interface Services extends Effect.Effect.Success<ReturnType<typeof organizationServices>> {
  readonly name: OrganizationName;
  /** `undefined` where no spans are made. */
  readonly flushes: SpanFlushes | undefined;
}

/** Milliseconds without a request after which totals are written: the platform may end an idle object. */
const quietMs = 250;

/** Milliseconds between two alarms that keep the object alive while an execution is paused for an approval. */
const keepAliveMs = 5_000;

/** Durable Object of one organization: its database, its services and its metrics. */
export class OrganizationObject extends DurableObject<DurableObjectState, Environment> {
  readonly #owner: MetricsOwner;
  readonly #metricsIntervalMs: number;
  readonly #ready: Promise<Services>;
  /** Requests whose last byte has not been sent. */
  #inFlight = 0;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: DurableObjectState, environment: Environment) {
    super(ctx, environment);
    const settings = organizationSettings(environment);
    this.#metricsIntervalMs = settings.metricsIntervalMs;
    this.#owner = organizationMetrics(settings.maxSeries);
    // Requests wait until the stored totals are restored.
    this.#ready = ctx.blockConcurrencyWhile(() =>
      this.#run(
        Effect.gen(this, function* () {
          const name = yield* Effect.promise(() => OrganizationName.load(ctx));
          const scope = yield* Scope.make();
          const building = organizationServices(ctx, environment, settings, this.#owner, name);
          const built = yield* Scope.extend(building, scope);
          const { spans } = built;
          const run = (effect: Effect.Effect<void>) => this.#run(effect);
          const flushes = spans === undefined ? undefined : new SpanFlushes(spans, run);
          const services = { name, flushes, ...built };
          // A batch may be full in the middle of an execution, which does not wait for it to be written.
          spans?.onBatch(() => setTimeout(() => this.#sendSpans(services)));
          return services;
        }),
      ),
    );
  }

  override async fetch(request: Request): Promise<Response> {
    const services = await this.#ready;
    const { pathname } = new URL(request.url);
    if (pathname === reportsPath) return this.#takeReport(services, await request.text());
    services.name.readFrom(request.headers, this.env.ORGANIZATIONS);
    this.#begin();
    const end = () => this.#end(services);
    try {
      const answer = handlerOf(pathname, services);
      const response = await inOrganization(this.#owner, () => answer(request));
      return respondInOrganization(this.#owner, response, end);
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Stores a report of totals. It measures nothing, so there is nothing else to store. */
  async #takeReport({ reports }: Services, body: string): Promise<Response> {
    if (reports === undefined) return new Response(null, { status: 404 });
    await this.#run(reports.take(body, Date.now()));
    return new Response(null, { status: 204 });
  }

  override async alarm(): Promise<void> {
    await this.#rest(await this.#ready);
  }

  #begin(): void {
    this.#inFlight += 1;
    clearTimeout(this.#quiet);
    this.ctx.waitUntil(this.#wakeIn(this.#metricsIntervalMs));
  }

  #end(services: Services): void {
    this.#inFlight -= 1;
    services.flushes?.later(() => this.#sendSpans(services));
    if (this.#inFlight > 0) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.ctx.waitUntil(this.#rest(services)), quietMs);
  }

  /** Writes the totals, sends the spans, and sets the next alarm unless the object is idle and no execution is paused. */
  async #rest(services: Services): Promise<void> {
    await this.#store(services);
    this.ctx.waitUntil(this.#run(services.rereadSources));
    this.#sendSpans(services);
    if (this.#isIdle() && !(await this.#run(services.hasPausedRuns))) {
      await this.ctx.storage.deleteAlarm();
      if (this.#isIdle()) return;
    }
    await this.#wakeIn(this.#isIdle() ? keepAliveMs : this.#metricsIntervalMs);
  }

  async #store({ report, write }: Services): Promise<void> {
    const sendReport = await this.#run(report);
    await this.#run(write);
    this.ctx.waitUntil(this.#run(sendReport));
  }

  /** Sends the spans that wait, which nothing else waits for. What that counts is stored after it. */
  #sendSpans(services: Services): void {
    const { flushes } = services;
    const sending = flushes?.start();
    if (flushes === undefined || sending === undefined) return;
    const send = async () => {
      await sending;
      await this.#store(services);
      if (flushes.wantsRetry) await this.#wakeIn(this.#metricsIntervalMs);
    };
    this.ctx.waitUntil(send());
  }

  #isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Sets an alarm, unless an earlier one is set. */
  async #wakeIn(milliseconds: number): Promise<void> {
    const { storage } = this.ctx;
    const time = Date.now() + milliseconds;
    const set = await storage.getAlarm();
    if (set === null || set > time) await storage.setAlarm(time);
  }

  #run<A, E>(effect: Effect.Effect<A, E>): Promise<A> {
    return inOrganization(this.#owner, () => Effect.runPromise(Effect.provide(effect, logger)));
  }
}
