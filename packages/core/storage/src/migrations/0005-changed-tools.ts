/** Time of the reading, in milliseconds since 1970, that added a tool or changed it last; 0 where that was before this column. */
export default [`ALTER TABLE tools ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0`];
