import type { ContentBlock } from "./content/content-block.ts";
import { Execution } from "./schemas.ts";

/** An execution as its caller gets it, with the content blocks whole; the history and the API have them without their bytes. */
export class DeliveredExecution extends Execution {
  #blocks: ReadonlyArray<ContentBlock> = [];

  static of(
    execution: ConstructorParameters<typeof Execution>[0],
    blocks: ReadonlyArray<ContentBlock>,
  ): DeliveredExecution {
    const delivered = new DeliveredExecution(execution, { disableValidation: true });
    delivered.#blocks = blocks;
    return delivered;
  }

  /** In the order of `content`; none while the execution is under way. */
  get blocks(): ReadonlyArray<ContentBlock> {
    return this.#blocks;
  }
}
