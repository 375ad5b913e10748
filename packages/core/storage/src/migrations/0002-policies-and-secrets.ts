/**
 * `sealed` is a text encrypted under the app's key. `key_check` has one row at most, which tells whether a key is the one
 * that everything else was sealed with. Times are milliseconds since the Unix epoch.
 */
export default [
  `CREATE TABLE policies (
    pattern TEXT PRIMARY KEY,
    decision TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    origins TEXT NOT NULL, -- JSON
    sealed TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE key_check (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
  ) STRICT`,
];
