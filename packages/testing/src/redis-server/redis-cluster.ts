import { freePort } from '../test-environment/temporary-places.ts';
import { until } from '../test-environment/until.ts';
import { REDIS_HOST } from './redis-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

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

export interface RedisClusterOptions {
  /** How many servers share the slots. @default 3 */
  readonly masters?: number;
  /** How many of them have a replica. @default 0 */
  readonly replicas?: number;
  /** More arguments of each `redis-server`. */
  readonly arguments?: readonly string[];
}

const SLOTS = 16_384;

async function shareSlots(masters: readonly RedisNode[]): Promise<void> {
  const share = Math.ceil(SLOTS / masters.length);
  for (const [index, { server }] of masters.entries()) {
    const last = Math.min(SLOTS, (index + 1) * share) - 1;
    await server.command(`CLUSTER ADDSLOTSRANGE ${index * share} ${last}`);
  }
}

async function meet([first, ...others]: readonly RedisNode[]): Promise<void> {
  for (const { server, busPort } of others) {
    await first?.server.command(`CLUSTER MEET ${REDIS_HOST} ${server.port} ${busPort}`);
  }
}

async function sees(node: RedisNode, count: number): Promise<boolean> {
  const info = await node.server.command('CLUSTER INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}\r`);
}

async function follow(master: RedisNode, replica: RedisNode): Promise<void> {
  const id = /[0-9a-f]{40}/.exec(await master.server.command('CLUSTER MYID'))?.[0];
  await until('A replica knows its master', async () => {
    return (await replica.server.command(`CLUSTER REPLICATE ${id}`)).startsWith('+OK');
  });
  await until('A replica is linked', async () => {
    return (await replica.server.command('INFO replication')).includes('master_link_status:up');
  });
}

/** A Redis Cluster on the loopback address. */
export class RedisCluster {
  readonly masters: readonly RedisServer[];
  /** The first is the first master's. */
  readonly replicas: readonly RedisServer[];

  constructor(masters: readonly RedisServer[], replicas: readonly RedisServer[]) {
    this.masters = masters;
    this.replicas = replicas;
  }

  get urls(): string[] {
    return this.masters.map(({ url }) => url);
  }

  /** Ends all processes and removes what they kept. Belongs into `afterEach` or `afterAll`. */
  async stop(): Promise<void> {
    await Promise.all([...this.masters, ...this.replicas].map((server) => server.stop()));
  }
}

async function join(nodes: readonly RedisNode[], count: number): Promise<void> {
  const masters = nodes.slice(0, count);
  await shareSlots(masters);
  await meet(nodes);
  for (const node of nodes) await until('A node knows the others', () => sees(node, nodes.length));
  for (const [index, replica] of nodes.slice(count).entries()) {
    const master = masters[index];
    if (master !== undefined) await follow(master, replica);
  }
}

/** Starts servers that share all slots among them, and waits until each knows of the others. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0, arguments: more = [] } = options;
  const nodes: RedisNode[] = [];
  const servers = () => nodes.map(({ server }) => server);
  try {
    while (nodes.length < masters + replicas) nodes.push(await startRedisNode(more));
    await join(nodes, masters);
  } catch (error) {
    await Promise.all(servers().map((server) => server.stop()));
    throw error;
  }
  return new RedisCluster(servers().slice(0, masters), servers().slice(masters));
}
