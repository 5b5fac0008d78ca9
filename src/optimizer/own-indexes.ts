/**
 * The indexes of our schema beside keys, by their names on the parent. They are never called unused or a duplicate:
 * which query each serves is written down where it was made, and a service that nobody has read from yet would lose all
 * of them. A test holds the list against `migrations/schema.sql`.
 */
export const ownIndexes: ReadonlySet<string> = new Set([
  'api_keys_key_id_idx',
  'blood_pressure_metrics_recorded_at_brin',
  'ecg_recordings_started_at_idx',
  'health_events_started_at_idx',
  'heart_rate_metrics_recorded_at_brin',
  'ingestion_work_due_at_idx',
  'quantity_metrics_recorded_at_brin',
  'raw_ingestions_not_stored_idx',
  'raw_ingestions_received_at_brin',
  'sleep_metrics_ended_at_idx',
  'sleep_segments_recorded_at_brin',
  'users_name_idx',
  'workouts_started_at_idx',
]);
