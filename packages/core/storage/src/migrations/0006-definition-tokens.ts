/** Estimated tokens of each tool's definition, as a JSON array; `NULL` where the tools were stored before this column. */
export default [`ALTER TABLE sources ADD COLUMN definition_tokens TEXT`];
