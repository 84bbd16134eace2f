// The replies about agents, teams, statuses and single events, as clients read them.
import { CATEGORIES, TRACKS } from '@libs/domain';
import { z } from 'zod';
import { zAsOfPosition, zMs, zNextCursor, zTime } from './reply-parts.js';

const list = { asOfPosition: zAsOfPosition, nextCursor: zNextCursor };
const by = z.enum(['self', 'other']).nullable().meta({ description: 'Null when no event says who.' });
const category = z.enum(CATEGORIES).nullable().meta({ description: 'Null on tracks other than status.' });
const status = { key: z.string(), category, label: z.string() };

const valueNow = z.object({ ...status, since: zTime }).nullable();

const agent = {
  agentId: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  timeZone: z.string().nullable(),
  deleted: z.boolean().nullable(),
  teams: z.array(z.object({ teamId: z.string(), teamName: z.string().nullable() })).nullable(),
  tracks: z.object(Object.fromEntries(TRACKS.map((track) => [track, valueNow]))),
  lastEventAt: zTime.nullable(),
};

export const accountsReply = z.object({
  accounts: z.array(z.object({ accountId: z.string(), agents: z.int(), lastEventAt: zTime.nullable() })),
  asOfPosition: zAsOfPosition,
});

export const agentsReply = z.object({ agents: z.array(z.object(agent)), ...list });

export const agentReply = z.object({
  ...agent,
  history: z
    .record(z.string(), z.array(z.object({ from: zTime, value: z.unknown() })))
    .meta({ description: 'The dated attributes, each value from its instant on.' }),
  asOfPosition: zAsOfPosition,
});

export const teamsReply = z.object({
  teams: z.array(z.object({ teamId: z.string(), teamName: z.string().nullable() })),
  ...list,
});

export const statusesReply = z.object({
  track: z.enum(TRACKS),
  statuses: z.array(z.object({ ...status, firstSeen: zTime, lastSeen: zTime })),
  ...list,
});

export const liveReply = z.object({
  asOf: zTime,
  agents: z.array(
    z.object({
      agentId: z.string(),
      name: z.string().nullable(),
      key: z.string().nullable(),
      category,
      label: z.string().nullable(),
      since: zTime.nullable(),
      ms: zMs.nullable().meta({ description: 'Time in the status at asOf.' }),
    }),
  ),
  ...list,
});

export const timelineReply = z.object({
  intervals: z.array(
    z.object({
      track: z.enum(TRACKS),
      ...status,
      start: zTime,
      end: zTime.nullable(),
      open: z.boolean(),
      clippedStart: z.boolean().meta({ description: 'It began before the window.' }),
      clippedEnd: z.boolean().meta({ description: 'It ended after the window.' }),
      inferred: z.boolean().meta({ description: 'Known only from a later event.' }),
      uncertainFrom: zTime.nullable().meta({ description: 'From here to its end it is doubtful.' }),
      startEventId: z.string(),
      endEventId: z.string().nullable(),
      startedBy: by,
      endedBy: by,
    }),
  ),
  gaps: z.array(
    z.object({
      at: zTime,
      track: z.enum(TRACKS),
      expected: z.string(),
      found: z.string(),
      eventId: z.string(),
    }),
  ),
  chainBreaks: z.int().meta({ description: 'In the whole window.' }),
  ...list,
});

export const sessionsReply = z.object({
  sessions: z.array(
    z.object({
      start: zTime,
      end: zTime.nullable(),
      open: z.boolean(),
      durationMs: zMs,
      clippedMs: zMs.meta({ description: 'The part in the window.' }),
      startedBy: by,
      endedBy: by,
      uncertain: z.boolean(),
    }),
  ),
  ...list,
});

export const eventsReply = z.object({
  events: z.array(
    z.object({
      eventId: z.string(),
      type: z.string(),
      at: zTime.meta({ description: 'When it happened, by the source’s clock.' }),
      receivedAt: zTime,
      recordedAt: zTime.meta({ description: 'When it was appended.' }),
      position: z.string(),
      revision: z.int(),
      by: z.enum(['self', 'other']),
      changes: z.unknown().meta({ description: '`data.changes` as received; null if there was none.' }),
      actor: z.unknown().meta({ description: '`data.actor` as received, but for its copy of the agent.' }),
      source: z.unknown().meta({ description: 'Members of the wrapper.' }),
    }),
  ),
  ...list,
});
