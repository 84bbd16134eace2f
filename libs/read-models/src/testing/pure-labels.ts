// The labels that reports must show, straight from all events: what the read model's label table is compared with.
import { extractEvidence, fixedLabelOf, keyOf, type DecodedUpdate, type ReportLabels } from '@libs/domain';

/** The name in the latest event (`at`, then smallest fingerprint) that gave the key or team one. */
export function labelsOf(updates: readonly DecodedUpdate[]): ReportLabels {
  const evidences = updates
    .map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data))
    .sort((x, y) => y.at - x.at || (x.fingerprint < y.fingerprint ? -1 : 1));
  return {
    label: (track, key) => {
      const named = evidences
        .map(({ tracks }) => tracks[track]?.a)
        .find((after) => after?.name !== undefined && keyOf(track, after) === key);
      return fixedLabelOf(key) ?? named?.name ?? key;
    },
    teamName: (teamId) => {
      const teams = evidences.flatMap((evidence) => evidence.teams ?? []);
      return teams.find(({ id, name }) => id === teamId && name !== undefined)?.name ?? null;
    },
  };
}
