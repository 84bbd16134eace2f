import { describe, expect, it } from '@jest/globals';
import { isLoopbackHost, isLoopbackHostHeader, isLoopbackOrigin } from './loopback.js';

describe('loopback', () => {
  it.each(['127.0.0.1', '127.255.255.254', 'localhost', 'LOCALHOST', '::1'])(
    '%s is this machine alone',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '127.0.0.256',
    '127.1',
    '10.0.0.1',
    'localhost.example',
    '',
    '[::1]',
  ])('"%s" is not', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'localhost:',
    '[::1',
    '::1:80',
    'localhost:80:80',
    'localhost:80/x',
    ' localhost',
    'localhost\n',
  ])('a Host header of %j is refused', (header) => {
    expect(isLoopbackHostHeader(header)).toBe(false);
  });

  it('an absent Origin is fine, an opaque or foreign one is not', () => {
    expect(isLoopbackOrigin(undefined)).toBe(true);
    expect(isLoopbackOrigin('http://127.0.0.1:3001')).toBe(true);
    for (const origin of ['null', '', 'https://evil.example', 'http://localhost.evil.example']) {
      expect(isLoopbackOrigin(origin)).toBe(false);
    }
  });
});
