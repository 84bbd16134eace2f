// The reply about the projections, as operators read it.
import { z } from 'zod';

const position = z.string().nullable();

export const projectionsReply = z.object({
  projections: z.array(
    z.object({
      name: z.string(),
      version: z.int().meta({ description: 'Version of the fold that filled the read model.' }),
      state: z
        .enum([
          'starting',
          'waiting-for-event-store',
          'standby',
          'catching-up',
          'live',
          'stopped-at-poison',
          'failed',
          'restarting',
          'stopped',
        ])
        .meta({
          description: [
            '`standby`: another projector keeps the read model in step, and this one takes over when that one ends.',
            '`stopped-at-poison`: it stands before an event it cannot apply; replies are those of the position before it.',
          ].join(' '),
        }),
      position: position.meta({ description: 'The last event whose effects are in the read model.' }),
      headPosition: position.meta({ description: 'The last event of the log, when it was last looked at.' }),
      lagEvents: z
        .int()
        .nullable()
        .meta({ description: 'Events not applied yet; null if the store cannot tell.' }),
      lagSeconds: z.number().nullable().meta({ description: 'Age of the oldest event not applied yet.' }),
      poison: z
        .object({ position: z.string(), eventId: z.string(), cause: z.string() })
        .nullable()
        .meta({ description: 'The event that cannot be applied, and why.' }),
      lastError: z.string().nullable().meta({ description: 'Code of what stands in the way now.' }),
      appliedEvents: z.int().meta({ description: 'Since the app started.' }),
      restarts: z.int().meta({ description: 'Times the projection was started again after a crash.' }),
    }),
  ),
  asOfPosition: position,
});
