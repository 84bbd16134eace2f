// The payload that Freshworks would send for a step of an agent, as JSON text, in either wrapper and any form of time.
// Written as text because it is made by the million; what it says is decided by the step, how it says it by chance.
import type { AgentProfile } from './agent-profile.js';
import { diffText, type Omissions } from './diff-text.js';
import type { AgentState, Step } from './agent-state.js';
import type { SeededRandom } from './seeded-random.js';
import type { NameStatus } from './statuses.js';
import { STAMP_FORMS, TIME_FORMS, type WriteTime } from './time-forms.js';

/** Stands in every older wrapper's `iparams`: never to be stored, logged or forwarded. */
export const SECRET = 'do-not-store-me';

const SUPERVISOR_ID = 999_001;

/** An agent's texts that never change. */
export interface PersonText {
  readonly profile: AgentProfile;
  readonly agent: string;
  readonly self: string;
  readonly supervisor: string;
}

export function personText(profile: AgentProfile): PersonText {
  const { agentId, userId, accountId, freshId, name, email, timeZone, createdAt } = profile;
  const created = new Date(createdAt).toISOString();
  const opened = (value: object): string => JSON.stringify(value).slice(0, -1);
  return {
    profile,
    agent: opened({
      ...{ id: agentId, user_id: userId, account_id: accountId, freshid_uuid: freshId, name, email },
      ...{ time_zone: timeZone, created_at: created },
    }),
    self: opened({
      ...{
        id: userId,
        account_id: accountId,
        name,
        account_admin: false,
        confirmed: true,
        created_at: created,
      },
      ...{
        deleted: false,
        language: 'en',
        time_zone: timeZone,
        freshid_uuid: freshId,
        mobile: null,
        phone: null,
      },
      primary_email: { account_id: accountId, confirmed: true, email, id: userId + 1, primary_email: true },
    }),
    supervisor: opened({ id: SUPERVISOR_ID, account_id: accountId, name: 'Supervisor', account_admin: true }),
  };
}

/** A payload in two parts, so that the same `data` can come again in another wrapper. */
export interface PayloadText {
  /** From `"data":` on, without the last brace. */
  readonly data: string;
  readonly accountId: number;
  readonly at: number;
}

export function payloadText(
  random: SeededRandom,
  person: PersonText,
  step: Step,
  nameStatus: NameStatus,
  omissions: Omissions,
): PayloadText {
  const time = random.pick(TIME_FORMS);
  const { before, after } = step;
  const agent = agentText(person, after, nameStatus, time);
  const actor = step.by === 'self' ? `${person.self},"agent":${agent}}` : `${person.supervisor},"agent":{}}`;
  const diff = diffText(before, after, nameStatus, time, omissions);
  return {
    data: `"data":{"actor":${actor},"agent":${agent},"associations":{},"changes":{"model_changes":${diff}}}`,
    accountId: person.profile.accountId,
    at: after.updatedAt,
  };
}

/** The whole payload; each call takes a wrapper anew. */
export function wrapped(random: SeededRandom, { data, accountId, at }: PayloadText): string {
  const head = `{"event":"onAgentUpdate","region":"US","timestamp":${random.pick(STAMP_FORMS)(at)},${data}`;
  if (random.chance(0.5)) {
    const version = random.chance(0.5) ? ',"version":"1.3.6"' : '';
    return `${head},"account_id":"${accountId}","domain":"acme.freshcaller.com"${version},"iparams":{"api_key":"${SECRET}"}}`;
  }
  const host = '"endpoint_urls":{"freshcaller":"https://acme.freshcaller.com"}';
  return `${head},"version":"2.0","currentHost":{"subscribed_modules":["caller_agent"],${host}}}`;
}

function agentText(person: PersonText, state: AgentState, nameStatus: NameStatus, time: WriteTime): string {
  const { code, browser, mobile, common, availableOn, loggedIn, deleted, updatedAt, lastCallAt } = state;
  const name = (id: number): string => nameStatus(id, updatedAt).quoted;
  const lastCall = lastCallAt === null ? 'null' : time(lastCallAt);
  const now = time(updatedAt);
  return (
    `${person.agent},"status":${code},"available_on":${availableOn},"logged_in":${loggedIn},"deleted":${deleted},` +
    `"preference":${availableOn === 2 ? 2 : 1},"browser_status_id":${browser},"browser_status_name":${name(browser)},` +
    `"mobile_app_status_id":${mobile},"mobile_app_status_name":${name(mobile)},` +
    `"common_status_id":${common},"common_status_name":${name(common)},"teams":${JSON.stringify(state.teams)},` +
    `"last_status_change_at":${time(state.statusSince)},"last_call_at":${lastCall},"last_seen_at":${now},"updated_at":${now}}`
  );
}
