/** Code for which `unstoppable-worker.ts` computes in a built-in function for some seconds. */
export const unstoppable = "/* unstoppable */";
