/** A body as it is sent. */
export interface Content {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}
