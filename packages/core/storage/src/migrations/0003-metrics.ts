/**
 * Totals of counters and histograms, kept by apps whose process ends without a warning. Databases of such apps may have the table
 * already. `created_at` is milliseconds since the Unix epoch, with fractions.
 */
export default [
  `CREATE TABLE IF NOT EXISTS metrics (
    name TEXT NOT NULL,
    labels TEXT NOT NULL, -- JSON
    created_at REAL NOT NULL,
    state TEXT NOT NULL, -- JSON
    PRIMARY KEY (name, labels)
  ) STRICT`,
];
