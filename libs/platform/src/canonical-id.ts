// The one way an account's or agent's id is written wherever two of them are compared.

/** Decimal digits without leading zeros. */
export const canonicalId = (digits: string): string => digits.replace(/^0+(?=\d)/, '');
