// Answers that are given while the app stops close their connection: one that was kept would hold up the stopping.
import type { FastifyInstance } from 'fastify';

/** `stopping`: aborted first thing when the app stops. An answer that has begun by then keeps what its head says. */
export function closeConnectionsOnStop(fastify: FastifyInstance, stopping: AbortSignal): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.aborted) reply.header('Connection', 'close');
    done(null, payload);
  });
}
