/**
 * What organizations last reported of their totals, and the sum of all. Only the database of the cloud's platform object has rows.
 * `reported_at` is milliseconds since the Unix epoch.
 */
export default [
  `CREATE TABLE fleet_reports (
    organization TEXT PRIMARY KEY NOT NULL,
    reported_at INTEGER NOT NULL,
    totals TEXT NOT NULL -- JSON
  ) STRICT`,
  `CREATE INDEX fleet_reports_by_time ON fleet_reports (reported_at)`,
  `CREATE TABLE fleet_totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    totals TEXT NOT NULL -- JSON
  ) STRICT`,
];
