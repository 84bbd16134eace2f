// Whose a payload is that cannot become an event: so that its account's operators can find it, and others cannot.

const ID = /^\d{1,20}$/;

/** The account named by the agent or the wrapper, without leading zeros; null if none is, or if they differ. */
export function accountOf(payload: unknown): string | null {
  const data = memberOf(payload, 'data');
  const agent = memberOf(data ?? payload, 'agent');
  const named = [memberOf(agent, 'account_id'), memberOf(payload, 'account_id')].flatMap(
    (value) => idOf(value) ?? [],
  );
  const [first, second = first] = named;
  return first !== undefined && first === second ? first : null;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function idOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  return typeof value === 'string' && ID.test(value) ? value.replace(/^0+(?=\d)/, '') : null;
}
