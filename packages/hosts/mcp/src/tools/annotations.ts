/** Of both tools: code may call any tool that there is, and an answer lets it go on. */
export const annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};
