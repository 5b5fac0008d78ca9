/** The start of every element here. */
export const start = '2024-05-01 10:00:00 +0200';
/** The end of every element here, ten minutes later. */
export const end = '2024-05-01 10:10:00 +0200';
const id = '6F9619FF-8B86-4011-B42D-00C04FC964FF';

/** An element of `stateOfMind`, as documented. */
export const mood = {
  id,
  start: '2024-05-01T08:00:00Z',
  end: '2024-05-01T08:00:00Z',
  kind: 'momentary_emotion',
  labels: ['calm', 'content'],
  associations: ['family'],
  valence: 0.4,
  valenceClassification: 'slightly_pleasant',
  metadata: { a: 1 },
};
/** An element of `medications`, as documented. */
export const medication = {
  displayText: 'Ibuprofen 400 mg',
  nickname: 'Ibu',
  start,
  end,
  scheduledDate: start,
  form: 'Tablet',
  status: 'Taken',
  isArchived: false,
  dosage: 1,
  codings: [{ code: '5640', system: 'http://www.nlm.nih.gov/research/umls/rxnorm', version: '2024' }],
};
/** An element of `symptoms`, as documented. */
export const symptom = { start, end, name: 'Headache', severity: 'Moderate', userEntered: true, source: 'Health' };
/** An element of `cycleTracking`, as documented. */
export const cycle = { start, end, name: 'Menstrual Flow', value: 'Medium', isCycleStart: true, source: 'Health' };
/** An element of `ecg`, as documented. */
export const ecg = {
  start,
  end,
  classification: 'Sinus Rhythm',
  severity: 'None',
  averageHeartRate: 62,
  numberOfVoltageMeasurements: 3,
  voltageMeasurements: [0, 1, 2].map((n) => ({ date: 1_714_550_400.123 + n / 512, voltage: 12.5 * n, units: 'mcV' })),
  samplingFrequency: 512.6,
  source: 'ECG',
};
/** A reading of a heart-rate notification. */
export const beat = (hr: number) => ({
  hr,
  units: 'bpm',
  timestamp: { start, end, interval: { duration: 5, units: 's' } },
});
/** An element of `heartRateNotifications`, as documented. */
export const notification = {
  start,
  end,
  threshold: 120,
  heartRate: [beat(130)],
  heartRateVariation: [{ hrv: 40, units: 'ms', timestamp: { start, end } }],
};
