/** Whether a field, an argument or a member of an input object is one that its schema advises against. */
export const isDeprecated = ({
  deprecationReason,
}: {
  readonly deprecationReason?: string | null | undefined;
}): boolean => typeof deprecationReason === "string";
