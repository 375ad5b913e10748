const known: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

/** A method as the label `http.request.method` has it: any that HTTP does not know is `_OTHER` (OpenTelemetry's HTTP conventions). */
export const httpMethodLabel = (method: string): string => (known.has(method) ? method : "_OTHER");
