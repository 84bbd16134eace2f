import { describe, expect, it } from '@jest/globals';
import { railsTimeZones, resolveTimeZone } from './time-zone.js';

describe('resolveTimeZone', () => {
  it('takes Rails names by the mapping of ActiveSupport', () => {
    expect(resolveTimeZone('Eastern Time (US & Canada)')).toBe('America/New_York');
    expect(resolveTimeZone('Chennai')).toBe('Asia/Kolkata');
    expect(resolveTimeZone('Kathmandu')).toBe('Asia/Kathmandu');
    expect(resolveTimeZone('International Date Line West')).toBe('Etc/GMT+12');
    expect(resolveTimeZone('Astana')).toBe('Asia/Almaty');
    expect(resolveTimeZone('Greenland')).toBe('America/Nuuk');
    expect(resolveTimeZone('UTC')).toBe('UTC');
  });

  it('knows all 152 names of ActiveSupport, each a zone of this machine', () => {
    const unknown = [...railsTimeZones().values()].filter((zone) => resolveTimeZone(zone) === undefined);
    expect(unknown).toEqual([]);
    expect(railsTimeZones().size).toBe(152);
  });

  it('takes IANA names, links too, in the spelling of the database', () => {
    expect(resolveTimeZone('Europe/Berlin')).toBe('Europe/Berlin');
    expect(resolveTimeZone('europe/berlin')).toBe('Europe/Berlin');
    expect(resolveTimeZone('US/Eastern')).toBe('US/Eastern');
    expect(resolveTimeZone('Etc/UTC')).toBe('Etc/UTC');
    expect(resolveTimeZone('Etc/GMT+5')).toBe('Etc/GMT+5');
  });

  it.each([
    '',
    'Mars/Olympus',
    'eastern time (us & canada)',
    '+05:30',
    'Z',
    'constructor',
    'Europe/Berlin ',
    '12',
  ])('does not guess what %j means', (name) => {
    expect(resolveTimeZone(name)).toBeUndefined();
  });
});
