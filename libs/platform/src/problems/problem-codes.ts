// Every HTTP error code of both apps, in one table. A code is a promise to clients: add, never rename or reuse.

export interface ProblemCodeEntry {
  readonly status: number;
  readonly title: string;
}

export const PROBLEM_CODES = {
  'invalid-parameters': { status: 400, title: 'Unknown or malformed parameters' },
  'invalid-body': { status: 400, title: 'The body does not have the expected form' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'query-too-large': { status: 400, title: 'The query covers too much' },
  'not-supported-yet': { status: 400, title: 'Not supported yet' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  'missing-scope': { status: 403, title: 'The API key lacks the scope' },
  'account-not-allowed': { status: 403, title: 'The API key does not cover the account' },
  'host-not-allowed': { status: 403, title: 'Only local requests are served' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'No such resource' },
  'account-not-found': { status: 404, title: 'No such account' },
  'agent-not-found': { status: 404, title: 'No such agent' },
  'quarantine-item-not-found': { status: 404, title: 'No such quarantined item' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'not-acceptable': { status: 406, title: 'No such representation' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The state of the resource does not allow this' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'unsupported-encoding': { status: 415, title: 'The content encoding is not supported' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'client-gone': { status: 499, title: 'The client has closed the connection' },
  'internal-error': { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Not available right now' },
  busy: { status: 503, title: 'Too many queries are waiting' },
  'query-timeout': { status: 503, title: 'The query took too long' },
  'not-ready': { status: 503, title: 'Not ready' },
  'store-unavailable': { status: 503, title: 'The event store is not available' },
  'read-model-unavailable': { status: 503, title: 'The read model is not available' },
  'quarantine-full': { status: 503, title: 'The quarantine is full' },
  'position-not-reached': { status: 503, title: 'The read model has not reached the position yet' },
  'keys-unavailable': { status: 503, title: 'API keys cannot be checked' },
} as const satisfies Record<string, ProblemCodeEntry>;

export type ProblemCode = keyof typeof PROBLEM_CODES;

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'request-timeout',
  409: 'conflict',
  413: 'body-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  431: 'headers-too-large',
  503: 'unavailable',
};

/** The general code of a status that a framework chose. */
export const codeOfStatus = (status: number): ProblemCode =>
  BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'malformed-request' : 'internal-error');
