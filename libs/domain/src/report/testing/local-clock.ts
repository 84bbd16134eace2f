// What the clocks of a zone show, by the platform's own Intl: an oracle apart from the code under test.

const clocks = new Map<string, (t: number) => number>();

/** From UTC epoch ms to the local time, as ms since the epoch were it UTC. */
export function localClock(zone: string): (t: number) => number {
  let clock = clocks.get(zone);
  if (clock === undefined) clocks.set(zone, (clock = makeClock(zone)));
  return clock;
}

function makeClock(zone: string): (t: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (t) => {
    const whole = Math.floor(t / 1000) * 1000;
    const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] =
      format.format(whole).match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, day, hour, minute, second) + t - whole;
  };
}
