const maxBytes = 128;
const encoder = new TextEncoder();
const scratch = new Uint8Array(maxBytes);

/** A label's value as it is recorded: at most 128 bytes of UTF-8, never half a character, `""` where absent. */
export const boundedLabelValue = (value: string | undefined): string => {
  if (value === undefined) return "";
  if (value.length * 3 <= maxBytes) return value;
  const { read } = encoder.encodeInto(value, scratch);
  return read < value.length ? value.slice(0, read) : value;
};

const httpMethods: ReadonlySet<string> = new Set([
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

/** A method as the label `http.request.method` has it: an unknown one is `_OTHER` (OpenTelemetry's HTTP conventions). */
export const httpMethodLabel = (method: string): string =>
  httpMethods.has(method) ? method : "_OTHER";
