import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, temporaryFolder, until } from '../test-environment/index.ts';
import { endRedis, REDIS_HOST, redisCommand, spawnRedisServer } from './redis-process.ts';

/** Options of `startRedisSentinel`: the master that it watches. */
export interface RedisSentinelOptions {
  /** The name of the master. */
  readonly name: string;
  readonly masterPort: number;
  /** How many replicas the sentinel has to know before it is ready. @default 0 */
  readonly replicas?: number;
}

/** One sentinel, which decides alone. */
export interface RedisSentinel {
  readonly url: string;
  /** The sentinel's answer to a command, as text of the wire. */
  command(text: string): Promise<string>;
  /** Ends the process and removes its folder. Call it in `afterEach` or `afterAll`. */
  stop(): Promise<void>;
}

/** Starts a sentinel that watches a master, and soon promotes a replica when the master is gone. */
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
  const command = (text: string) => redisCommand(port, text);
  const stop = async () => {
    await endRedis(child, 'SIGKILL');
    await folder.remove();
  };
  const isReady = async () => (await command('INFO sentinel')).includes(`slaves=${replicas},`);
  await until('The sentinel knows the replicas', isReady).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url: `redis://${REDIS_HOST}:${port}`, command, stop };
}
