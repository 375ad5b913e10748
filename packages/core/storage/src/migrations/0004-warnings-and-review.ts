/**
 * The parts of a source's description that are not used as they are written (`warning_count` of them; `warnings` is JSON of the
 * first), and whether a tool waits for the operator's review. SQLite takes no comment at the end of such a statement.
 */
export default [
  `ALTER TABLE sources ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE sources ADD COLUMN warning_count INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE tools ADD COLUMN pending INTEGER NOT NULL DEFAULT 0`,
  // The last column of a wide row is slow to read, and few tools wait.
  `CREATE INDEX pending_tools ON tools (namespace) WHERE pending = 1`,
];
