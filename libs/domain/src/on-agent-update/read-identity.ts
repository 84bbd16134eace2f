// Whose event it is: the account and the agent, which together name the stream (semantics §1).
import type { Json, JsonObject } from './agent-updated.js';
import { notUnderstood, type NotUnderstood } from './quarantine-code.js';
import { integerText, isAbsent, isDigits, withoutLeadingZeros } from './read-values.js';

const MAX_ID_DIGITS = 20;

/** Digits without leading zeros. */
export interface Identity {
  readonly accountId: string;
  readonly agentId: string;
}

export function readIdentity(wrapper: JsonObject, agent: JsonObject): Identity | NotUnderstood {
  if (isAbsent(agent.id)) return notUnderstood('missing-id', 'agent.id is absent.');
  if (isAbsent(agent.account_id) && isAbsent(wrapper.account_id)) {
    return notUnderstood('missing-id', 'account_id is absent, in agent and in the wrapper.');
  }
  const agentId = readId(agent.id);
  if (agentId === undefined) return notUnderstood('invalid-id', 'agent.id is not 1 to 20 decimal digits.');
  const ofAgent = isAbsent(agent.account_id) ? null : readId(agent.account_id);
  if (ofAgent === undefined)
    return notUnderstood('invalid-id', 'agent.account_id is not 1 to 20 decimal digits.');
  const ofWrapper = isAbsent(wrapper.account_id) ? null : readId(wrapper.account_id);
  if (ofWrapper === undefined)
    return notUnderstood('invalid-id', 'account_id of the wrapper is not 1 to 20 decimal digits.');
  const accountId = ofAgent ?? ofWrapper ?? '';
  if (ofWrapper !== null && ofWrapper !== accountId) {
    return notUnderstood('account-mismatch', 'agent.account_id and account_id of the wrapper differ.');
  }
  return { accountId, agentId };
}

/** 1 to 20 decimal digits or a JSON number up to 2^53 − 1, written without leading zeros. */
function readId(value: Json | undefined): string | undefined {
  if (typeof value === 'number') {
    return value >= 0 && Number.isSafeInteger(value) ? integerText(value) : undefined;
  }
  if (typeof value !== 'string' || value.length > MAX_ID_DIGITS || !isDigits(value)) return undefined;
  return withoutLeadingZeros(value);
}
