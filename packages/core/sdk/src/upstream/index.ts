export { callUpstream, type UpstreamCall } from "./call-upstream.ts";
export type { UpstreamResponse } from "./exchange.ts";
export { fetchDocument, peekDocument, type SourceDocument } from "./fetch-document.ts";
export { mergeHeaders, type UpstreamHeaders } from "./upstream-headers.ts";
