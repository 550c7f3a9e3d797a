import { freePort, until } from '../test-environment/index.ts';
import { REDIS_HOST } from './redis-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

/** Options of `startRedisCluster`: how many servers there are, and their arguments. */
export interface RedisClusterOptions {
  /** How many servers share the slots. @default 3 */
  readonly masters?: number;
  /** How many of the masters have a replica. @default 0 */
  readonly replicas?: number;
  /** More arguments of each `redis-server`. */
  readonly arguments?: readonly string[];
}

/** A Redis Cluster on the loopback address. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[];
  /** The first replica is the first master's. */
  readonly replicas: readonly RedisServer[];
  /** The URLs of the masters. */
  readonly urls: readonly string[];
  /** Ends all processes and removes their folders. Call it in `afterEach` or `afterAll`. */
  stop(): Promise<void>;
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
}

const SLOTS = 16_384;
const ATTEMPTS = 3;

/** Starts one node. The default bus port, 10,000 above the server's own, may be beyond the last one: the bus has a free port. */
async function startNode(more: readonly string[], attempt = 1): Promise<Node> {
  const busPort = await freePort();
  const own = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`];
  const quick = ['--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'];
  const linked = ['--repl-diskless-sync-delay', '0'];
  try {
    const server = await startRedis({ arguments: [...own, ...quick, ...linked, ...more] });
    return { server, busPort };
  } catch (error) {
    if (attempt >= ATTEMPTS) throw error;
    return startNode(more, attempt + 1); // another process may have taken a port in the meantime
  }
}

async function shareSlots(masters: readonly Node[]): Promise<void> {
  const share = Math.ceil(SLOTS / masters.length);
  for (const [index, { server }] of masters.entries()) {
    const last = Math.min(SLOTS, (index + 1) * share) - 1;
    await server.command(`CLUSTER ADDSLOTSRANGE ${index * share} ${last}`);
  }
}

async function meet([first, ...others]: readonly Node[]): Promise<void> {
  for (const { server, busPort } of others) {
    await first?.server.command(`CLUSTER MEET ${REDIS_HOST} ${server.port} ${busPort}`);
  }
}

async function sees({ server }: Node, count: number): Promise<boolean> {
  const info = await server.command('CLUSTER INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}\r`);
}

async function replicate(master: Node, replica: Node): Promise<void> {
  const id = /[0-9a-f]{40}/.exec(await master.server.command('CLUSTER MYID'))?.[0];
  await until('The replica knows its master', async () => {
    return (await replica.server.command(`CLUSTER REPLICATE ${id}`)).startsWith('+OK');
  });
  await until('The replica is linked', async () => {
    return (await replica.server.command('INFO replication')).includes('master_link_status:up');
  });
}

async function join(nodes: readonly Node[], count: number): Promise<void> {
  const masters = nodes.slice(0, count);
  await shareSlots(masters);
  await meet(nodes);
  for (const node of nodes) await until('A node knows the others', () => sees(node, nodes.length));
  for (const [index, replica] of nodes.slice(count).entries()) {
    const master = masters[index];
    if (master !== undefined) await replicate(master, replica);
  }
}

/** Starts servers that share all slots, and waits until each of them knows the others. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters: count = 3, replicas = 0, arguments: more = [] } = options;
  const nodes: Node[] = [];
  const stop = async () => {
    await Promise.all(nodes.map(({ server }) => server.stop()));
  };
  try {
    while (nodes.length < count + replicas) nodes.push(await startNode(more));
    await join(nodes, count);
  } catch (error) {
    await stop();
    throw error;
  }
  const servers = nodes.map(({ server }) => server);
  const masters = servers.slice(0, count);
  return { masters, replicas: servers.slice(count), urls: masters.map(({ url }) => url), stop };
}
