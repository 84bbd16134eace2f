// The statuses of the contact centre by id, and what they were called when: two of them are renamed on the way.
export const OFFLINE_ID = 1;
export const AVAILABLE_ID = 2;
export const FORWARDING_ID = 3;
export const BREAK_ID = 901;
export const LUNCH_ID = 903;
export const COACHING_ID = 904;
export const TRAINING_ID = 905;
export const MEETING_ID = 906;
export const BACK_OFFICE_ID = 907;

export interface StatusName {
  readonly name: string;
  /** The name as JSON. */
  readonly quoted: string;
}

/** The name of a status at an instant (UTC epoch ms). */
export type NameStatus = (id: number, at: number) => StatusName;

/** Share of the window after which a status has another name. */
const RENAMED: readonly (readonly [id: number, after: number, name: string])[] = [
  [COACHING_ID, 0.4, 'Coaching'],
  [MEETING_ID, 0.7, 'Huddle'],
];

const NAMES: readonly (readonly [id: number, name: string])[] = [
  [OFFLINE_ID, 'Offline'],
  [AVAILABLE_ID, 'Available'],
  [FORWARDING_ID, 'Forward to phone'],
  [BREAK_ID, 'Short break'],
  [LUNCH_ID, 'Lunch'],
  [COACHING_ID, 'Coaching / 1:1'],
  [TRAINING_ID, 'Training ☕'],
  [MEETING_ID, 'Team meeting'],
  [BACK_OFFICE_ID, 'Back office'],
];

const named = (name: string): StatusName => ({ name, quoted: JSON.stringify(name) });

export function statusNames({ from, to }: { readonly from: number; readonly to: number }): NameStatus {
  const first = new Map(NAMES.map(([id, name]) => [id, named(name)]));
  const later = new Map(
    RENAMED.map(([id, after, name]) => [
      id,
      { ...named(name), since: from + Math.floor(after * (to - from)) },
    ]),
  );
  return (id, at) => {
    const renamed = later.get(id);
    const name = renamed !== undefined && at >= renamed.since ? renamed : first.get(id);
    if (name === undefined) throw new Error(`no status ${id}`);
    return name;
  };
}
