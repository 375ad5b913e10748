/** Times are milliseconds since the Unix epoch; the columns named in `JSON` comments hold JSON text. */
export default [
  `CREATE TABLE sources (
    namespace TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    settings TEXT NOT NULL, -- JSON
    refreshed_at INTEGER,
    last_error TEXT
  ) STRICT`,
  `CREATE TABLE tools (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL REFERENCES sources (namespace) ON DELETE CASCADE,
    address TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    annotations TEXT NOT NULL, -- JSON
    input_schema TEXT NOT NULL, -- JSON
    output_schema TEXT, -- JSON
    binding TEXT NOT NULL -- JSON
  ) STRICT`,
  `CREATE INDEX tools_by_namespace ON tools (namespace)`,
  `CREATE TABLE definitions (
    namespace TEXT NOT NULL REFERENCES sources (namespace) ON DELETE CASCADE,
    name TEXT NOT NULL,
    schema TEXT NOT NULL, -- JSON
    PRIMARY KEY (namespace, name)
  ) STRICT`,
  `CREATE VIRTUAL TABLE tool_words USING fts5 (
    address, summary,
    content = '', contentless_delete = 1, tokenize = 'porter unicode61'
  )`,
  `CREATE TABLE executions (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    record TEXT NOT NULL -- JSON
  ) STRICT`,
];
