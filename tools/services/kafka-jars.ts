// Kafka's own artifacts, from Maven, kept in a cache outside of the repository: a broker without an archive to unpack.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from './debian-packages.js';
import { outputOf, runCommand } from './run-command.js';

export const KAFKA_VERSION = '4.1.1';
/** Kafka 4 needs it. */
const OLDEST_JAVA = 17;

const ARTIFACTS = [
  `org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`,
  `org.apache.kafka:kafka-tools:${KAFKA_VERSION}`,
  'org.slf4j:slf4j-simple:1.7.36',
];

/** A class path with the broker and its tools. Fetched once. */
export async function kafkaClassPath(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const cache = env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'agent-status-history', `kafka-${KAFKA_VERSION}`);
  if (!existsSync(folder)) await fetchJars(folder);
  return join(folder, '*');
}

/** `java`, of a version that will do; installed if need be. */
export async function requireJava(): Promise<string> {
  if ((await javaVersion()) < OLDEST_JAVA) {
    await installPackage(`Java ${OLDEST_JAVA}`, ['openjdk-17-jre-headless', 'default-jre-headless']);
    if ((await javaVersion()) < OLDEST_JAVA) {
      throw new Error(`the java in the path is older than ${OLDEST_JAVA}`);
    }
  }
  return 'java';
}

async function javaVersion(): Promise<number> {
  const [, version = '0'] = /version "(\d+)/.exec(await outputOf('java', ['-version'])) ?? [];
  return Number(version);
}

async function fetchJars(folder: string): Promise<void> {
  if ((await outputOf('mvn', ['-v'])) === '') await installPackage('Maven', ['maven']);
  process.stderr.write(`fetching Kafka ${KAFKA_VERSION}…\n`);
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(work, 'pom.xml'), pom());
    await runCommand('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars'], {
      cwd: work,
    });
    // Whole or not at all; another command may have been quicker.
    await rename(join(work, 'jars'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function pom(): string {
  const dependencies = ARTIFACTS.map((artifact) => {
    const [group = '', name = '', version = ''] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>${dependencies.join('\n')}</dependencies></project>
`;
}
