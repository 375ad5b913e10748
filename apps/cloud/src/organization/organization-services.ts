import { FetchHttpClient, HttpApiBuilder, HttpRouter } from "@effect/platform";
import { AppVersion, CoreHandlers, Exposition, makeWebHandler, Scrapes } from "@executor/api";
import { Context, Effect, Layer } from "effect";
import type { DurableObjectState, Environment } from "../environment.ts";
import * as SqlClient from "@effect/sql/SqlClient";
import { Executions, Limits } from "@executor/execution";
import { ComputingBudget } from "@executor/kernel";
import { defaultMcpLimits, McpHost, McpHostLimits } from "@executor/host-mcp";
import * as InProcessRunner from "@executor/runtime-quickjs/in-process";
import { sdkLayer, Sources, UnsentMethods } from "@executor/sdk";
import * as Storage from "@executor/storage/durable-object";
import { Organization } from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { CloudExecutorApi } from "../api.ts";
import { orgAuthLayer, routerConfig } from "../auth/org-auth.ts";
import { requestLimit } from "../auth/request-limit.ts";
import { quickJs, suspending, typeStripper, version } from "../environment.ts";
import { fleetReports, reporter } from "../fleet/reports.ts";
import { organizationsExposition, withFleet } from "../fleet/scrapes.ts";
import { platformName } from "../platform.ts";
import { plugins } from "../plugins.ts";
import { organizationSpans } from "../telemetry/traces.ts";
import { HourlyBudget } from "./hourly-budget.ts";
import { inOrganization } from "./in-organization.ts";
import { mcpEndpoint, subjectOf, toolkitOf } from "./mcp-sessions.ts";
import type { OrganizationName } from "./organization-name.ts";
import { durableScrapes, savedMetrics } from "./saved-metrics.ts";
import {
  computingLimits,
  initialMemoryBytes,
  maxScrapedOrganizations,
  secretKeyLayer,
} from "./settings.ts";
import type { OrganizationSettings } from "./settings.ts";
import { StorageQuota } from "./storage-quota.ts";

/** Sessions end with their object. A timer of their own would keep the platform from evicting an idle object. */
const mcpLimits = { ...defaultMcpLimits, maxSessions: 200, maxIdleMs: Number.POSITIVE_INFINITY };

/** Services of one organization, on its database. */
const servicesLayer = (
  environment: Environment,
  settings: OrganizationSettings,
  { id, storage }: Pick<DurableObjectState, "id" | "storage">,
) =>
  McpHost.layer({ version, holderOf: subjectOf, toolkitOf, tenant: id.toString() }).pipe(
    Layer.provideMerge(Executions.layer),
    Layer.provideMerge(sdkLayer),
    Layer.provide(
      InProcessRunner.layer({
        wasmModule: quickJs,
        suspending,
        initialMemoryBytes,
        typeStripper,
        ...computingLimits,
      }),
    ),
    Layer.provide(
      Layer.effect(
        ComputingBudget,
        Effect.promise(() => HourlyBudget.load(storage, settings.maxComputingSeconds)),
      ),
    ),
    Layer.provide(plugins),
    Layer.provide(upstreamClient),
    Layer.provide(secretKeyLayer(environment.EXECUTOR_SECRET_KEY)),
    Layer.provide(Layer.succeed(McpHostLimits, mcpLimits)),
    Layer.provide(Layer.succeed(Limits, settings.executionLimits)),
  );

/** `fetch` of workerd, which knows a fixed list of methods and refuses others of those that Executor sends. */
const upstreamClient = Layer.merge(
  FetchHttpClient.layer,
  Layer.succeed(
    UnsentMethods,
    new Set(["BIND", "LINK", "M-SEARCH", "MKCALENDAR", "REBIND", "SOURCE", "UNBIND", "UNLINK"]),
  ),
);

/** Of a scrape of all organizations, each with its totals alone. */
const scrapeLimits = { inFlight: 2, bytes: 64 * 1024 * 1024 };

/**
 * Builds an organization's services in its object, and the handler of its requests. Closing the scope ends them. Its spans wait in
 * `spans` for being sent; there are none where the operator wants no traces, nor in the platform's object.
 */
export const organizationServices = (
  ctx: DurableObjectState,
  environment: Environment,
  settings: OrganizationSettings,
  owner: MetricsOwner,
  name: OrganizationName,
) =>
  Effect.gen(function* () {
    const isPlatform = ctx.id.equals(environment.ORGANIZATIONS.idFromName(platformName));
    const spans = isPlatform ? undefined : yield* organizationSpans(environment, name);
    const building = buildServices(ctx, environment, settings, owner, name, isPlatform);
    const services = yield* spans === undefined
      ? building
      : Effect.withTracer(building, spans.tracer);
    return { ...services, spans };
  }).pipe(
    Effect.provideService(Organization, owner),
    Effect.annotateLogs({ organization: name.value ?? "unknown" }),
  );

const buildServices = (
  ctx: DurableObjectState,
  environment: Environment,
  settings: OrganizationSettings,
  owner: MetricsOwner,
  name: OrganizationName,
  isPlatform: boolean,
) =>
  Effect.gen(function* () {
    const database = yield* Layer.build(Storage.layer(ctx.storage));
    const saved = yield* Effect.provide(savedMetrics(owner), database);
    const services = yield* Layer.build(servicesLayer(environment, settings, ctx)).pipe(
      Effect.provide(database),
    );
    const own = new RegistryReading({ registries: [owner.registry] });
    const reports = isPlatform ? yield* Effect.provide(fleetReports, database) : undefined;
    const reading = reports === undefined ? own : withFleet(own, reports);
    const apiWith = (scrapes: Layer.Layer<Scrapes>) =>
      HttpApiBuilder.api(CloudExecutorApi).pipe(
        Layer.provide(CoreHandlers),
        Layer.provide(orgAuthLayer(ctx.id, environment.ORGANIZATIONS)),
        Layer.provide(Layer.succeedContext(services)),
        Layer.provide(Layer.succeed(AppVersion, version)),
        Layer.provideMerge(scrapes),
        Layer.merge(Layer.succeed(Organization, owner)),
      );
    const exposition = new Exposition({ reading });
    const api = apiWith(Scrapes.layerWith(durableScrapes(exposition, saved.write)));
    const shown = maxScrapedOrganizations(environment);
    const organizations =
      reports === undefined
        ? undefined
        : yield* makeWebHandler(
            apiWith(Scrapes.layerWith(organizationsExposition(reports, shown), scrapeLimits)),
          ).pipe(HttpRouter.withRouterConfig(routerConfig));
    const quota = new StorageQuota(ctx.storage, settings.maxStorageBytes);
    const { handle } = Context.get(services, McpHost);
    const mcp = mcpEndpoint(quota.gate(handle, mcpLimits.maxBodyBytes));
    return {
      handle: yield* makeWebHandler(api, {
        middleware: (app) => requestLimit(settings.maxRequests)(quota.middleware(app)),
        mcp: (request) => inOrganization(owner, () => mcp(request)),
      }).pipe(HttpRouter.withRouterConfig(routerConfig)),
      write: saved.write,
      report: isPlatform ? Effect.succeed(Effect.void) : reporter(name, owner, environment),
      reports,
      organizations,
      hasPausedRuns: Effect.provide(hasPausedRuns, database),
      /** Reads sources again that are not ready and due: no timer keeps an idle object alive for them. */
      rereadSources: Context.get(services, Sources).rereading.due,
    };
  });

/** Whether an execution is paused for an approval: it lives in memory, and ends with its object. */
const hasPausedRuns = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql`SELECT 1 FROM executions WHERE status = 'paused' LIMIT 1`,
    (rows) => rows.length > 0,
  ),
).pipe(Effect.orDie);
