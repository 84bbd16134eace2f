// A KurrentDB in this process, for specs: the real protocol, with faults on demand.
export type { DoubleFaults } from './double-faults.js';
export type { EventLog, LogRecord } from './event-log.js';
export { startKurrentDbDouble } from './kurrentdb-double.js';
export type { KurrentDbDouble, KurrentDbDoubleOptions } from './kurrentdb-double.js';
export { LOOPBACK_CERTIFICATE } from './loopback-certificate.js';
export { useKurrentDbDoubles } from './use-kurrentdb-doubles.js';
