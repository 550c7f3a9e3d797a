import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  type TemporaryFolder,
  temporaryFolder,
} from '../test-environment/temporary-places.ts';
import { until } from '../test-environment/until.ts';
import { endRedis, REDIS_HOST, redisCommand, spawnRedisServer } from './redis-process.ts';

export interface RedisSentinelOptions {
  /** What the master is called. */
  readonly name: string;
  readonly masterPort: number;
  /** How many replicas to know before it is of use. @default 0 */
  readonly replicas?: number;
}

interface Start {
  readonly child: ChildProcess;
  readonly port: number;
  readonly folder: TemporaryFolder;
}

/** One sentinel, whose word alone counts. */
export class RedisSentinel {
  readonly url: string;
  readonly #start: Start;

  constructor(start: Start) {
    this.url = `redis://${REDIS_HOST}:${start.port}`;
    this.#start = start;
  }

  /** What it says to a command, as it comes over the wire. */
  command(text: string): Promise<string> {
    return redisCommand(this.#start.port, text);
  }

  /** Ends the process and removes its folder. Belongs into `afterEach` or `afterAll`. */
  async stop(): Promise<void> {
    await endRedis(this.#start.child, 'SIGKILL');
    await this.#start.folder.remove();
  }
}

/** Starts a sentinel that watches a master, and takes a replica in its place soon after it has gone. */
export async function startRedisSentinel(options: RedisSentinelOptions): Promise<RedisSentinel> {
  const { name, masterPort, replicas = 0 } = options;
  const folder = await temporaryFolder();
  const port = await freePort();
  const path = join(folder.path, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `bind ${REDIS_HOST}`,
    `dir ${folder.path}`,
    `sentinel monitor ${name} ${REDIS_HOST} ${masterPort} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ];
  await writeFile(path, lines.join('\n'));
  const child = await spawnRedisServer(port, [path, '--sentinel']);
  const sentinel = new RedisSentinel({ child, port, folder });
  const isReady = async () =>
    (await redisCommand(port, 'INFO sentinel')).includes(`slaves=${replicas},`);
  await until('The sentinel knows the replicas', isReady).catch(async (error) => {
    await sentinel.stop();
    throw error;
  });
  return sentinel;
}
