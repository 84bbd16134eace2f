// `model_changes` of a step, as JSON text: what differs between the record before and after. Freshworks derives names and
// the common status, and a real diff can lack them, or the old sides: that is what omissions are.
import type { Team } from '@libs/domain';
import type { AgentState } from './agent-state.js';
import type { NameStatus } from './statuses.js';
import type { WriteTime } from './time-forms.js';

export interface Omissions {
  readonly derived: boolean;
  /** The old sides of values; those of times stay. */
  readonly old: boolean;
}

/** Whether a derived attribute differs. */
export function changesDerived({ before, after }: { before: AgentState; after: AgentState }): boolean {
  return before.browser !== after.browser || before.mobile !== after.mobile || before.common !== after.common;
}

export function diffText(
  before: AgentState,
  after: AgentState,
  nameStatus: NameStatus,
  time: WriteTime,
  { derived, old }: Omissions,
): string {
  let text = '{';
  const add = (name: string, was: string | number | boolean, is: string | number | boolean): void => {
    if (was !== is) text += `"${name}":[${old ? 'null' : was},${is}],`;
  };
  const addName = (name: string, was: number, is: number): void =>
    add(name, nameStatus(was, before.updatedAt).quoted, nameStatus(is, after.updatedAt).quoted);
  add('status', before.code, after.code);
  add('available_on', before.availableOn, after.availableOn);
  add('logged_in', before.loggedIn, after.loggedIn);
  add('deleted', before.deleted, after.deleted);
  add('browser_status_id', before.browser, after.browser);
  add('mobile_app_status_id', before.mobile, after.mobile);
  if (!derived) {
    addName('browser_status_name', before.browser, after.browser);
    addName('mobile_app_status_name', before.mobile, after.mobile);
    add('common_status_id', before.common, after.common);
    addName('common_status_name', before.common, after.common);
  }
  if (before.teams !== after.teams) text += `"teams":${teamsText(before.teams, after.teams)},`;
  if (
    before.statusSince !== after.statusSince ||
    before.code !== after.code ||
    before.common !== after.common
  ) {
    text += `"last_status_change_at":[${time(before.statusSince)},${time(after.statusSince)}],`;
  }
  return `${text}"updated_at":[${time(before.updatedAt)},${time(after.updatedAt)}]}`;
}

function teamsText(before: readonly Team[], after: readonly Team[]): string {
  const beyond = (teams: readonly Team[], others: readonly Team[]): Team[] =>
    teams.filter(({ id }) => others.every((other) => other.id !== id));
  return JSON.stringify({ added: beyond(after, before), removed: beyond(before, after) });
}
