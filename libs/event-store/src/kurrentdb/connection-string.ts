// Takes a connection string apart before the client sees it: the client prints strings it does not like, password and
// all. Whatever is thrown here must name the problem and never quote the string.
import { EventStoreError } from '../errors.js';

export interface ConnectionTarget {
  /** For the client: `esdb://` or `esdb+discover://`. Holds the password. */
  readonly connectionString: string;
  /** For logs and errors: hosts and ports alone. */
  readonly hosts: string;
}

const SHAPE = /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:([^@/?]+)@)?([^@/?]+)\/?(?:\?(.*))?$/;
const HOST = /^(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
/** Lower case, as the client compares them. */
const OPTIONS = [
  'usercertfile',
  'userkeyfile',
  'maxdiscoverattempts',
  'connectionname',
  'defaultdeadline',
  'discoveryinterval',
  'gossiptimeout',
  'nodepreference',
  'tls',
  'tlsverifycert',
  'tlscafile',
  'throwonappendfailure',
  'keepaliveinterval',
  'keepalivetimeout',
];

/** Throws `store-misuse` for a string that the client would refuse, print or misread. */
export function parseConnectionString(text: string): ConnectionTarget {
  const [, discover = '', credentials, hosts = '', query = ''] = SHAPE.exec(text.trim()) ?? misuse(EXPECTED);
  if (credentials !== undefined && !isCredentials(credentials)) {
    misuse('user and password must be user:password, percent-encoded');
  }
  for (const host of hosts.split(',')) if (!HOST.test(host)) misuse(EXPECTED);
  const options = query === '' ? [] : query.split('&').map(parseOption);
  const insecure = options.some(({ name, value }) => name === 'tls' && value === 'false');
  const kept = options.filter((option) => isUseful(option, insecure)).map(({ text: kept }) => kept);
  const user = credentials === undefined ? '' : `${credentials}@`;
  const rest = kept.length === 0 ? '' : `?${kept.join('&')}`;
  return { connectionString: `esdb${discover}://${user}${hosts}${rest}`, hosts };
}

const EXPECTED = 'expected esdb://[user:password@]host[:port][,host…][?option=value&…], or esdb+discover://…';

interface ConnectionOption {
  readonly text: string;
  readonly name: string;
  readonly value: string;
}

function parseOption(text: string): ConnectionOption {
  const [key = '', value = '', ...more] = text.split('=');
  const name = key.trim().toLowerCase().replace(/[_-]/g, '');
  if (!OPTIONS.includes(name)) misuse(`the option ${JSON.stringify(key)} is unknown`);
  if (value === '' || more.length > 0) misuse(`the option ${key} has no value`);
  return { text, name, value: value.trim() };
}

function isUseful({ name, value }: ConnectionOption, insecure: boolean): boolean {
  if (name !== 'tlsverifycert') return true;
  if (value === 'false' && !insecure) {
    misuse('tlsVerifyCert=false is not supported: name the authority with tlsCAFile, or use tls=false');
  }
  return false;
}

function isCredentials(text: string): boolean {
  try {
    return /^[^:]+:[^:]+$/.test(text) && decodeURIComponent(text).length > 0;
  } catch {
    return false;
  }
}

function misuse(problem: string): never {
  throw new EventStoreError('store-misuse', `event store: connection string: ${problem}`);
}
