import { describe, expect, it } from '@jest/globals';
import { ModelUnavailableError } from '@libs/projection';
import { asUnavailable } from './unavailable.js';

const coded = (code: string) =>
  Object.assign(new Error('s3cret: password of user ada at db.internal'), { code });

describe('an error of the database', () => {
  it.each([
    ...['08006', '28P01', '3D000', '40001', '40P01', '53300', '57P01', '57P03', '58030', 'XX000', '25P03'],
    ...['42501', '42P01', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT'],
  ])('%s is no event’s fault: it is tried again, and says no more than the code', (code) => {
    const error = asUnavailable(coded(code));
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect(error.message).toContain(code);
    expect(error.message).not.toMatch(/s3cret|ada|internal/);
    expect(error.cause).toBeUndefined();
  });

  it('of a connection that ended says so', () => {
    expect(asUnavailable(new Error('Connection terminated unexpectedly'))).toBeInstanceOf(
      ModelUnavailableError,
    );
  });

  it.each(['22003', '22P05', '23505', '54000', '42601'])(
    '%s may be an event’s fault and stays what it is',
    (code) => {
      const error = coded(code);
      expect(asUnavailable(error)).toBe(error);
    },
  );
});
