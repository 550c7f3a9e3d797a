import { median } from '../measuring/index.ts';
import { bars, type Section } from '../report/index.ts';
import { Connection, openConnections } from './client.ts';
import { askOf, wireRequest } from './messages.ts';
import {
  BARE,
  OTHER,
  OURS,
  type RunningServer,
  startOther,
  startServer,
  startUpstream,
  type Upstream,
} from './servers.ts';

const CONNECTIONS = [1, 64, 512];
const REQUESTS = 64;
const ROUNDS = 9;
const ROUND = 700;
const WARM_UP = 2_000;
const PATIENCE = 100;

/** The same requests in turn, for each server under its own path. */
function requestsFor({ url }: RunningServer): Buffer[] {
  const path = `${url.pathname.replace(/\/$/, '')}/v1/messages`;
  return Array.from({ length: REQUESTS }, (_, number) => wireRequest(path, askOf(number)));
}

/** Asks until nothing reaches the upstream any more. */
async function fill(server: RunningServer, upstream: Upstream): Promise<void> {
  const connection = await Connection.open(server.url);
  for (let attempt = 0; attempt < PATIENCE; attempt += 1) {
    for (const request of requestsFor(server)) await connection.ask(request);
    if ((await upstream.count()) === 0) return connection.close();
  }
  throw new Error(
    `${server.name} keeps calling its upstream: nothing that follows would be a hit.`,
  );
}

/** Hits a second with this many connections, each of which asks as soon as it has its answer. */
async function hitsOf(server: RunningServer, count: number, milliseconds: number): Promise<number> {
  const requests = requestsFor(server);
  const connections = await openConnections(server.url, count);
  const startedAt = performance.now();
  const end = startedAt + milliseconds;
  let hits = 0;
  const asking = connections.map(async (connection, index) => {
    for (let turn = index; performance.now() < end; turn += 1) {
      await connection.ask(requests[turn % REQUESTS] ?? Buffer.alloc(0));
      hits += 1;
    }
  });
  await Promise.all(asking);
  const took = performance.now() - startedAt;
  for (const connection of connections) connection.close();
  return (hits / took) * 1_000;
}

/** The servers in turn, a round that starts with another one each. */
function turnsOf(servers: readonly RunningServer[]): readonly RunningServer[] {
  return Array.from({ length: ROUNDS }, (_, round) => [
    ...servers.slice(round % servers.length),
    ...servers.slice(0, round % servers.length),
  ]).flat();
}

/** The hits of all servers, by their names, in the order of the rounds. */
async function roundsOf(servers: readonly RunningServer[], count: number) {
  const figures = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  for (const server of turnsOf(servers)) {
    figures.get(server.name)?.push(await hitsOf(server, count, ROUND));
  }
  return figures;
}

/** The median of the ratios of all rounds, which hardly changes when the machine slows down. */
function ratioOf(figures: ReadonlyMap<string, readonly number[]>, name: string, base: string) {
  const bases = figures.get(base) ?? [];
  const ratios = (figures.get(name) ?? []).map(
    (hits, round) => hits / (bases[round] ?? Number.NaN),
  );
  return median(ratios).toFixed(2);
}

type Row = readonly [number, string, number, string, string];

async function measure(servers: readonly RunningServer[], upstream: Upstream): Promise<Row[]> {
  for (const server of servers) {
    if (server.name !== BARE) await fill(server, upstream);
    await hitsOf(server, CONNECTIONS[1] ?? 1, WARM_UP);
  }
  const rows: Row[] = [];
  for (const count of CONNECTIONS) {
    const figures = await roundsOf(servers, count);
    for (const [name, hits] of figures) {
      const ratios = [ratioOf(figures, name, BARE), ratioOf(figures, name, OTHER)] as const;
      rows.push([count, name, Math.round(median(hits)), ...ratios]);
    }
  }
  const missed = await upstream.count();
  if (missed > 0) throw new Error(`${missed} requests that were stored reached the upstream.`);
  return rows;
}

export const proxyHits: Section = {
  name: 'proxy',
  title: 'Hits of the proxy',
  text: `Hits a second over HTTP, from one process, with ${REQUESTS} requests of 1 KB in turn and answers of 2 KB. The bare server looks the body up in a Map and checks nothing. The other proxy reads a file for each hit.`,
  async run() {
    const upstream = await startUpstream();
    const servers = [
      await startServer(BARE, upstream.url),
      await startServer(OURS, upstream.url),
      await startOther(upstream.url),
    ];
    const rows = await measure(servers, upstream);
    for (const each of [...servers, upstream]) await each.stop();
    return {
      head: ['connections', 'server', 'hits a second', `× ${BARE}`, `× ${OTHER}`],
      rows,
      plot: bars(
        rows.map(([count, name, value]) => ({ group: `${count} connections`, name, value })),
        'hits a second',
      ),
    };
  },
};
