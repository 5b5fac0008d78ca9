// Loaded before the service (`--import`). SIGUSR2 sets its clock to CLOCK_LEAD_MS before the end of this month, from
// where it goes on; timers go on as they are.

const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shiftMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate;

process.on('SIGUSR2', () => {
  const now = new RealDate();
  const monthEndMs = RealDate.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  shiftMs = monthEndMs - Number(process.env.CLOCK_LEAD_MS) - now.getTime();
});
