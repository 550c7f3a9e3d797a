import { median } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { Connection } from './client.ts';
import { askOf, wireRequest } from './messages.ts';
import { OURS, PLAIN, type RunningServer, startServer, startUpstream } from './servers.ts';

const CALLS = 2_000;
const WARM_UP = 1_000;
const KINDS = [
  ['JSON', false],
  ['a stream', true],
] as const;

/** No two requests are the same. */
let number = 0;

/** Milliseconds until the first byte of the answer to a request that nobody has asked before. */
async function firstByte(
  { url }: RunningServer,
  connection: Connection,
  stream: boolean,
): Promise<number> {
  number += 1;
  const path = `${url.pathname.replace(/\/$/, '')}/v1/messages`;
  return connection.ask(wireRequest(path, askOf(number, { stream, maxTokens: 20 })));
}

const percentile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;

/** Milliseconds of one server after another, for a request of each. */
async function timesOfCall(
  asked: readonly (readonly [RunningServer, Connection])[],
  stream: boolean,
) {
  const times: number[] = [];
  for (const [server, connection] of asked) times.push(await firstByte(server, connection, stream));
  return times;
}

/** Both servers in turn, call by call: what slows the machine down slows both. */
async function timesOf(servers: readonly RunningServer[], stream: boolean) {
  const asked = await Promise.all(
    servers.map(async (server) => [server, await Connection.open(server.url)] as const),
  );
  const calls: number[][] = [];
  for (let call = -WARM_UP; call < CALLS; call += 1) {
    const times = await timesOfCall(asked, stream);
    if (call >= 0) calls.push(times);
  }
  for (const [, connection] of asked) connection.close();
  return servers.map((_, index) => calls.map((times) => times[index] ?? Number.NaN));
}

const shown = (milliseconds: number) => milliseconds.toFixed(2);

export const proxyMiss: Section = {
  name: 'proxy-miss',
  title: 'The first byte of a miss',
  text: `Milliseconds to the first byte of an answer that is not stored, over one connection, with ${CALLS} requests through each proxy in turn. The upstream answers at once. The difference is the median of those of the pairs.`,
  async run() {
    const upstream = await startUpstream();
    const servers = [await startServer(PLAIN, upstream.url), await startServer(OURS, upstream.url)];
    const rows: (readonly [string, string, string, string, string])[] = [];
    for (const [kind, stream] of KINDS) {
      const times = await timesOf(servers, stream);
      for (const [index, { name }] of servers.entries()) {
        const own = times[index] ?? [];
        const later = own.map((time, call) => time - (times[0]?.[call] ?? Number.NaN));
        const figures = [median(own), percentile(own, 0.95), median(later)].map(shown);
        rows.push([kind, name, ...(figures as [string, string, string])]); // three, as above
      }
    }
    for (const each of [...servers, upstream]) await each.stop();
    return { head: ['answer', 'proxy', 'median', 'p95', 'later than plain'], rows };
  },
};
