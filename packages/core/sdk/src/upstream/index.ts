export { observeBody, readBoundedBody } from "./bounded-body.ts";
export type { BodyObserver, BoundedBody } from "./bounded-body.ts";
export { callUpstream } from "./call-upstream.ts";
export type { UpstreamCall } from "./call-upstream.ts";
export type { UpstreamResponse } from "./exchange.ts";
export { fetchDocument, peekDocument } from "./fetch-document.ts";
export type { SourceDocument } from "./source-document.ts";
export { mergeHeaders } from "./upstream-headers.ts";
export type { UpstreamHeaders } from "./upstream-headers.ts";
