import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.js';

describe('createLogger', () => {
  const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
    const lines: string[] = [];
    write(createLogger('spec', 'info', { write: (line) => void lines.push(line) }));
    return lines.join('');
  };

  it('keeps keys, headers and bodies out of the log', () => {
    const text = logged((logger) => {
      logger.info(
        { authorization: 'ash_s3cret', req: { headers: { authorization: 's3cret' }, body: 's3cret' } },
        'x',
      );
    });
    expect(text).not.toContain('s3cret');
  });

  it("keeps an error's kind, code and frames, but not what else it carries", () => {
    const error = Object.assign(new RangeError('agent-1-42 <jo@example.com> 9876543210'), {
      code: 'EX',
      row: { name: 'Jo' },
    });
    const text = logged((logger) => logger.error({ err: error }, 'x'));
    const { err } = JSON.parse(text) as { err: Record<string, string> };
    expect(err).toMatchObject({ type: 'RangeError', code: 'EX', message: 'agent-<ids> <<e-mail>> <number>' });
    expect(err.stack).toContain('create-logger.spec');
    expect(text).not.toMatch(/jo@|"Jo"|-42|98765/);
  });

  it('tells the positions of an error, which its scrubbed message cannot', () => {
    const error = Object.assign(new Error('the checkpoint is 1048576, expected 1048570'), {
      actual: 1_048_576n,
      expected: 1_048_570n,
      agentId: '787096',
    });
    const { err } = JSON.parse(logged((logger) => logger.fatal({ err: error }, 'x'))) as { err: object };
    expect(err).toMatchObject({ actual: '1048576', expected: '1048570' });
    expect(err).not.toHaveProperty('agentId');
  });
});
