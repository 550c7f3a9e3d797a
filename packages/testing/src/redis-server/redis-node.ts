import { freePort } from '../test-environment/free-port.ts';
import type { RedisServer } from './redis-server.ts';
import { startRedis } from './start-redis.ts';

/** A server that wants to be one of a cluster's. */
export interface RedisNode {
  readonly server: RedisServer;
  readonly busPort: number;
}

const ATTEMPTS = 3;

/** The bus has a port of its own choice: the usual one, 10,000 above, may be beyond the last. */
export async function startRedisNode(more: readonly string[], attempt = 1): Promise<RedisNode> {
  const busPort = await freePort();
  const own = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`];
  const quick = ['--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'];
  const linked = ['--repl-diskless-sync-delay', '0'];
  try {
    return {
      server: await startRedis({ arguments: [...own, ...quick, ...linked, ...more] }),
      busPort,
    };
  } catch (error) {
    if (attempt >= ATTEMPTS) throw error;
    return startRedisNode(more, attempt + 1); // another process may have taken a port meanwhile
  }
}
