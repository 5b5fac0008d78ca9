/** A night as the app has added it up since 6.6.2, from Thursday evening to Friday, 3 May 2024. */
export const night: Readonly<Record<string, unknown>> = {
  date: '2024-05-03 00:00:00 +0200',
  totalSleep: 7.5,
  asleep: 0,
  core: 4,
  deep: 1.25,
  rem: 2.25,
  awake: 0.5,
  sleepStart: '2024-05-02 23:10:00 +0200',
  sleepEnd: '2024-05-03 07:10:00 +0200',
  inBed: 0,
  inBedStart: '2024-05-02 22:50:00 +0200',
  inBedEnd: '2024-05-03 07:15:00 +0200',
  source: 'Watch',
};
/** A nap on the day of {@link night}, under the same date. */
export const nap = {
  ...night,
  totalSleep: 1,
  core: 1,
  deep: 0,
  rem: 0,
  sleepStart: '2024-05-03 14:00:00 +0200',
  sleepEnd: '2024-05-03 15:00:00 +0200',
  inBedStart: '2024-05-03 13:55:00 +0200',
  inBedEnd: '2024-05-03 15:00:00 +0200',
};
/** A part of a night on 2 May 2024, from and to a local time of day. */
export const segment = (value: string, from: string, to: string, more: object = {}): unknown => ({
  startDate: `2024-05-02 ${from}:00 +0200`,
  endDate: `2024-05-02 ${to}:00 +0200`,
  qty: 1,
  value,
  source: 'Watch',
  ...more,
});
