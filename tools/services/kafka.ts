// A Kafka of our own: one node that is broker and controller (KRaft), on loopback, with one open listener and one behind
// SASL and TLS, so that both ways in can be tested.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, isListening } from './free-ports.js';
import { kafkaClassPath, requireJava } from './kafka-jars.js';
import { runCommand } from './run-command.js';
import { isRunning, startProcess, stopProcess } from './service-process.js';
import type { KafkaState } from './services-state.js';
import { untilReady } from './until-ready.js';

const STOP_GRACE_MS = 15_000;
const HEAP = '512m';
const USER = 'ash';
const STORE_PASSWORD = 'changeit';

/** Starts it in `folder`, on the data and ports it had before if there was one. */
export async function startKafka(folder: string, before: KafkaState | undefined): Promise<KafkaState> {
  const java = await requireJava();
  const classPath = await kafkaClassPath(process.env);
  const made = before !== undefined && existsSync(join(folder, 'data')) ? before : null;
  const state = made ?? (await makeBroker(java, classPath, folder));
  const logFile = join(folder, 'kafka.log');
  const heap = [`-Xmx${HEAP}`, `-Xms${HEAP}`, '-XX:+UseSerialGC'];
  const logging = [
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ];
  const args = [...heap, ...logging, '-cp', classPath, 'kafka.Kafka', join(folder, 'server.properties')];
  const started = await startProcess({ file: java, args, cwd: folder, logFile });
  await untilReady('Kafka', started, logFile, async () =>
    (await Promise.all([isListening(state.port), isListening(state.saslPort)])).every(Boolean),
  );
  return { ...state, process: started };
}

export const kafkaBrokers = ({ port }: KafkaState): string => `127.0.0.1:${port}`;
export const kafkaSaslBrokers = ({ saslPort }: KafkaState): string => `127.0.0.1:${saslPort}`;

/** The data stays. */
export async function stopKafka({ process }: KafkaState): Promise<void> {
  if (await isRunning(process)) await stopProcess(process, 'SIGTERM', STOP_GRACE_MS);
}

async function makeBroker(
  java: string,
  classPath: string,
  folder: string,
): Promise<Omit<KafkaState, 'process'>> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [port = 0, saslPort = 0, controllerPort = 0] = await freePorts(3);
  const password = randomBytes(12).toString('hex');
  const caFile = join(folder, 'ca.pem');
  const state = { port, saslPort, controllerPort, user: USER, password, caFile, folder };
  await makeCertificate(folder, caFile);
  const properties = join(folder, 'server.properties');
  await writeFile(properties, serverProperties(state), { mode: 0o600 });
  const clusterId = randomBytes(16).toString('base64url');
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${USER},password=${password}]`,
  ]);
  const format = ['format', '--standalone', '-t', clusterId, '-c', properties, ...users];
  await runCommand(java, ['-cp', classPath, 'kafka.tools.StorageTool', ...format], { cwd: folder });
  return state;
}

/** Self-signed, for loopback: the certificate is its own authority. */
async function makeCertificate(folder: string, caFile: string): Promise<void> {
  const store = ['-keystore', 'keystore.p12', '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD];
  const key = ['-alias', 'kafka', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '3650'];
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1'];
  await runCommand('keytool', ['-genkeypair', ...key, ...names, ...store], { cwd: folder });
  const pem = await runCommand('keytool', ['-exportcert', '-rfc', '-alias', 'kafka', ...store], {
    cwd: folder,
  });
  await writeFile(caFile, pem);
}

function serverProperties(state: Omit<KafkaState, 'process'>): string {
  const { port, saslPort, controllerPort, user, password, folder } = state;
  const addresses = { PLAINTEXT: port, SASL_SSL: saslPort, CONTROLLER: controllerPort };
  const listener = ([name, at]: readonly [string, number]): string => `${name}://127.0.0.1:${at}`;
  const all = Object.entries(addresses);
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain =
    'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `username="${user}" password="${password}" user_${user}="${password}";`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: all.map(listener).join(','),
    'advertised.listeners': all
      .filter(([name]) => name !== 'CONTROLLER')
      .map(listener)
      .join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': plain,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': join(folder, 'keystore.p12'),
    'ssl.keystore.password': STORE_PASSWORD,
    'ssl.key.password': STORE_PASSWORD,
    'log.dirs': join(folder, 'data'),
    'num.network.threads': '2',
    'num.io.threads': '4',
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': '3',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '3',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed may come back when its old session has ended.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'message.max.bytes': String(16 * 1024 * 1024),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
