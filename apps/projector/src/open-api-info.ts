// What the OpenAPI document says of the interface as a whole.
import type { OpenApiInfo } from '@libs/platform';

export const OPEN_API_INFO: OpenApiInfo = {
  title: 'Agent Status History: reports',
  version: '1',
  description: [
    'What every contact-centre agent was doing, when: reports, timelines and the events behind them.',
    '',
    'JSON. Identifiers and positions are strings; times are ISO 8601, in requests with an offset; durations are integer',
    'milliseconds; ratios are unrounded numbers. Errors are `application/problem+json` (RFC 9457) with a stable `code`;',
    'unknown and malformed parameters are errors and are named in `parameters`. Lists have `limit` and `cursor`: send',
    '`nextCursor` of a page as `cursor` to get the next; no row is skipped or repeated while events arrive. Every reply',
    'says in `asOfPosition` which position of the log it stands on.',
  ].join('\n'),
};
