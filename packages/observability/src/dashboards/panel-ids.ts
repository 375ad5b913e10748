/**
 * Numbers of panels by what they are called, so that links to a panel and diffs of a dashboard outlive panels that are put in before
 * it. Throws where two would have one number.
 */
export class PanelIds {
  readonly #names = new Map<number, string>();

  /** FNV-1a of the name, in 31 bits. */
  of(name: string): number {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(name)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const id = hash >>> 1;
    const other = this.#names.get(id);
    if (other !== undefined) throw new Error(`The panels ${other} and ${name} have one number.`);
    this.#names.set(id, name);
    return id;
  }
}
