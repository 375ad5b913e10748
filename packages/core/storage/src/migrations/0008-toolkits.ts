/**
 * Named subsets of the tools. `tools` is a JSON array of patterns; `policies` one of patterns with their decisions. Of an execution,
 * `toolkit` is the one that it was limited to.
 */
export default [
  `CREATE TABLE toolkits (
    name TEXT PRIMARY KEY NOT NULL,
    description TEXT NOT NULL,
    tools TEXT NOT NULL, -- JSON
    policies TEXT NOT NULL, -- JSON
    list_tools INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `ALTER TABLE executions ADD COLUMN toolkit TEXT`,
];
