import { describe, expect, it } from '@jest/globals';
import { ingestConfig, loadConfig, projectorConfig, StartupError } from './index.js';

const problemsOf = (env: Record<string, string>): string => {
  try {
    loadConfig(ingestConfig, env);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  return 'none';
};

describe('loadConfig', () => {
  it('needs nothing for the embedded default', () => {
    expect(loadConfig(ingestConfig, { PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 3001,
      apiKeysFile: null,
      logLevel: 'info',
      dataDir: './data',
      eventStore: { kind: 'sqlite', path: 'data/events.db' },
      audit: {
        folder: 'data/audit',
        keyFile: 'data/audit/signing-key.pem',
        copyDir: null,
        intervalMs: 300_000,
      },
      kafka: null,
    });
    expect(loadConfig(projectorConfig, { DATA_DIR: '/var/lib/ash' })).toMatchObject({
      port: 3002,
      eventStore: { kind: 'sqlite', path: '/var/lib/ash/events.db' },
      readModel: { kind: 'sqlite', path: '/var/lib/ash/read.db' },
    });
  });

  it('takes an empty variable as absent', () => {
    expect(loadConfig(ingestConfig, { INGEST_PORT: '', API_KEYS_FILE: '', KAFKA_BROKERS: '' })).toMatchObject(
      {
        port: 3001,
        apiKeysFile: null,
        kafka: null,
      },
    );
  });

  it('reads Kafka brokers as a list', () => {
    expect(loadConfig(ingestConfig, { KAFKA_BROKERS: 'a:9092, b:9092,' }).kafka).toEqual({
      brokers: ['a:9092', 'b:9092'],
      topic: 'freshworks.agent-updates',
      groupId: 'agent-status-ingest',
      tls: null,
      sasl: null,
    });
  });

  it('reads how to log in to Kafka, and over TLS', () => {
    const env = {
      KAFKA_BROKERS: 'a:9092',
      KAFKA_TLS: 'true',
      KAFKA_CA_FILE: 'ca.pem',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_USERNAME: 'ingest',
      KAFKA_PASSWORD: 'p',
    };
    expect(loadConfig(ingestConfig, env).kafka).toMatchObject({
      tls: { caFile: 'ca.pem', certFile: null, keyFile: null },
      sasl: { mechanism: 'scram-sha-512', username: 'ingest', password: 'p' },
    });
    expect(loadConfig(ingestConfig, { KAFKA_BROKERS: 'a:9092', KAFKA_TLS: 'false' }).kafka?.tls).toBeNull();
  });

  it.each([
    [{ KAFKA_SASL_MECHANISM: 'plain' }, ['KAFKA_USERNAME', 'KAFKA_PASSWORD']],
    [{ KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 's3cret' }, ['KAFKA_SASL_MECHANISM']],
    [{ KAFKA_SASL_MECHANISM: 'gssapi' }, ['KAFKA_SASL_MECHANISM']],
    [{ KAFKA_CA_FILE: 'ca.pem' }, ['KAFKA_CA_FILE']],
    [{ KAFKA_TLS: 'true', KAFKA_CERT_FILE: 'c.pem' }, ['KAFKA_KEY_FILE']],
    [{ KAFKA_TLS: 'yes' }, ['KAFKA_TLS']],
  ])('refuses of Kafka %j', (env, names) => {
    const text = problemsOf({ KAFKA_BROKERS: 'a:9092', ...env });
    for (const name of names) expect(text).toContain(`  ${name}: `);
    expect(text).not.toContain('s3cret');
  });

  it('lists every problem at once', () => {
    const text = problemsOf({
      HOST: '0.0.0.0',
      INGEST_PORT: '99999',
      LOG_LEVEL: 'loud',
      EVENT_STORE_URL: 'mysql://x',
    });
    for (const name of ['HOST', 'INGEST_PORT', 'LOG_LEVEL', 'EVENT_STORE_URL'])
      expect(text).toContain(`  ${name}: `);
  });

  it('never echoes a value: it may be a password', () => {
    for (const url of ['esdb://admin:s3cret@host', 'postgres://u:s3cret@host/db', 's3cret', 's3cret://x']) {
      expect(problemsOf({ EVENT_STORE_URL: url, INGEST_PORT: 's3cret', LOG_LEVEL: 's3cret' })).not.toContain(
        's3cret',
      );
    }
  });

  it.each([
    'esdb://host:2113?tls=false',
    'esdb+discover://u:p@a,b',
    'kurrentdb://h',
    'kurrentdb+discover://h',
  ])('reads %s as a KurrentDB', (connectionString) => {
    const expected = { kind: 'kurrentdb', connectionString };
    expect(loadConfig(ingestConfig, { EVENT_STORE_URL: connectionString }).eventStore).toEqual(expected);
  });

  it.each([
    ['sqlite:events.db', 'events.db'],
    ['sqlite:/var/events.db', '/var/events.db'],
    ['sqlite:///var/events.db', '/var/events.db'],
    ['SQLite:./a b.db', './a b.db'],
  ])('reads %s as the file %s', (url, path) => {
    expect(loadConfig(ingestConfig, { EVENT_STORE_URL: url }).eventStore).toEqual({ kind: 'sqlite', path });
  });

  it.each(['sqlite:', 'sqlite://', 'sqlite::memory:', 'events.db', 'esdb:', 'esdb://', 'esdb:///x'])(
    'refuses %s, which names no file and no server',
    (url) => {
      expect(problemsOf({ EVENT_STORE_URL: url })).toContain('EVENT_STORE_URL');
    },
  );

  it('allows another host than loopback only with keys', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })).toContain('API_KEYS_FILE');
    expect(problemsOf({ HOST: '0.0.0.0', API_KEYS_FILE: 'keys.json' })).toBe('none');
    for (const HOST of ['localhost', '127.0.0.2', '::1']) expect(problemsOf({ HOST })).toBe('none');
  });
});
