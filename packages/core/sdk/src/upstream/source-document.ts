/** A description as text, and where it came from: after redirects, absent where the operator gave the text. */
export interface SourceDocument {
  readonly text: string;
  readonly url: string | undefined;
}
