/** A group of routes in the API document. */
export interface ApiTag {
  readonly name: string;
  readonly description?: string;
}

/** What people come for first, first: data in, data out, then what operators ask. */
const known: readonly ApiTag[] = [
  { name: 'ingest', description: 'Where the phone posts to' },
  { name: 'imports', description: 'The whole history from a file' },
  { name: 'ingestions', description: 'What was received, what became of it, and doing it again' },
  { name: 'recent', description: 'The latest of everything' },
  { name: 'summary', description: 'Days at a glance' },
  { name: 'metrics', description: 'Samples and buckets of one metric' },
  { name: 'series', description: 'Buckets of several metrics at once' },
  { name: 'sleep', description: 'Nights, naps and their stages' },
  { name: 'workouts', description: 'Workouts with their routes and heart rates' },
  { name: 'ecg', description: 'Electrocardiograms' },
  { name: 'events', description: 'Symptoms, medications, moods and notifications' },
  { name: 'sources', description: 'Which device counts when several measured the same' },
  { name: 'export', description: 'Everything of one user as a file' },
  { name: 'service', description: 'Probes and metrics, for machines' },
  { name: 'service-levels', description: 'How the promises are kept' },
  { name: 'advice', description: 'What the optimizer found' },
  { name: 'profiles', description: 'Profiles of the running process' },
];

/** The groups of these names in the order in which they are shown; those of other modules come last, by name. */
export function describeTags(names: ReadonlySet<string>): ApiTag[] {
  const described = known.filter(({ name }) => names.has(name));
  const isKnown = new Set(described.map(({ name }) => name));
  const others = [...names].filter((name) => !isKnown.has(name)).sort();
  return [...described, ...others.map((name) => ({ name }))];
}
