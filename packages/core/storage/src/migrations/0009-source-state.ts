/**
 * Whether a source can be used (`state`, JSON): its status, why, since when, and when it is read again. NULL: it was read, and
 * nothing failed since.
 */
export default [
  `ALTER TABLE sources ADD COLUMN state TEXT`,
  `UPDATE sources SET state = json_object(
      'status', 'unreachable', 'code', 'other', 'reason', last_error, 'since', NULL, 'retryAt', NULL, 'attempts', 0
    ) WHERE last_error IS NOT NULL`,
];
