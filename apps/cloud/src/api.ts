import { HttpApiSwagger, HttpApp, HttpLayerRouter, OpenApi } from "@effect/platform";
import type { WebHandler } from "@executor/api";
import { CoreExecutorApi } from "@executor/api/contract";
import { Context, Effect, Option, Scope } from "effect";
import { authPath } from "./auth/better-auth.ts";
import { OrgAuth } from "./auth/org-auth.ts";
import { KeysApi } from "./keys/api.ts";

/** The API of one organization: that of every app, with {@link OrgAuth}. */
export const CloudExecutorApi = CoreExecutorApi.middleware(OrgAuth);

const coreDescription = Context.getOption(CoreExecutorApi.annotations, OpenApi.Description);

/** All endpoints of the app but better-auth's. */
const CloudApi = CloudExecutorApi.add(KeysApi).annotate(
  OpenApi.Description,
  `${Option.getOrElse(coreDescription, () => "")} Everything needs an API key (Authorization: Bearer KEY) or a session. Accounts, sessions and organizations are under ${authPath}.`,
);

let document: OpenApi.OpenAPISpec | undefined;

/** The OpenAPI document, which anybody may read. */
export const openApiDocument = (): Response =>
  Response.json((document ??= OpenApi.fromApi(CloudApi)));

const page = HttpLayerRouter.toHttpEffect(
  HttpApiSwagger.layerHttpLayerRouter({ api: CloudApi, path: "/api/docs" }),
);

let answerPage: WebHandler | undefined;

/** The page that shows the document, without the network. It is built at once, as a promise would belong to its request. */
export const docsPage: WebHandler = (request) => {
  answerPage ??= HttpApp.toWebHandler(
    Effect.runSync(Scope.extend(page, Effect.runSync(Scope.make()))),
  );
  return answerPage(request);
};
