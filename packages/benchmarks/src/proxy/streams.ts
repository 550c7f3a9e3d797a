import { setTimeout as delay } from 'node:timers/promises';
import type { Section } from '../report/index.ts';
import { type Connection, openConnections } from './client.ts';
import { askOf, wireRequest } from './messages.ts';
import { OURS, PLAIN, type RunningServer, startServer, startUpstream } from './servers.ts';

const STREAMS = 1_000;
/** Milliseconds between two chunks of a stream, and for which a slow reader reads nothing after each read. */
const PACE = 200;
const PAUSE = 500;
const DELTAS = 30;
/** Figures are asked for so often, and so far apart. The first two are of the beginning. */
const SAMPLES = 10;
const INTERVAL = 2_000;

let number = 0;

/** Each connection has one stream after the other, none of which anybody has asked before. */
async function keepAsking(connection: Connection, path: string, until: () => boolean) {
  let streams = 0;
  while (!until()) {
    number += 1;
    const body = askOf(number, { stream: true, maxTokens: DELTAS });
    await connection.ask(wireRequest(path, body, { 'x-pace': String(PACE) }));
    streams += 1;
  }
  return streams;
}

const mebibytes = (bytes: number) => Number((bytes / 1024 / 1024).toFixed(1));

/** Streams through one proxy, of which there are always as many at once. */
async function measure(server: RunningServer) {
  const path = `${server.url.pathname.replace(/\/$/, '')}/v1/messages`;
  const connections = await openConnections(server.url, STREAMS, PAUSE);
  let isOver = false;
  const asking = connections.map((each) => keepAsking(each, path, () => isOver));
  const memory: number[] = [];
  const lags: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await delay(INTERVAL);
    const figures = await server.figures();
    memory.push(figures.memory);
    lags.push(figures.lag);
  }
  isOver = true;
  const streams = (await Promise.all(asking)).reduce((sum, count) => sum + count, 0);
  for (const connection of connections) connection.close();
  return { streams, memory: memory.slice(2), lag: Math.max(...lags.slice(2)) };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const proxyStreams: Section = {
  name: 'proxy-streams',
  title: 'Many streams at once',
  text: `${STREAMS.toLocaleString('en')} streams at once that nobody has asked before, each with a chunk every ${PACE} ms, and readers that read nothing for ${PAUSE} ms after each read. Memory is what is in use after a garbage collection, in MiB: in the first and in the second half of the time. The store of cached-llm is bounded at 64 MiB. Lag is by how many milliseconds 99 of 100 turns of the event loop are late at most, in the worst of the intervals of ${INTERVAL / 1_000} seconds.`,
  async run() {
    const upstream = await startUpstream();
    const rows: (readonly [string, number, number, number, number])[] = [];
    for (const name of [PLAIN, OURS] as const) {
      const server = await startServer(name, upstream.url);
      const { streams, memory, lag } = await measure(server);
      const half = memory.length / 2;
      const halves = [memory.slice(0, half), memory.slice(half)].map((part) =>
        mebibytes(mean(part)),
      );
      rows.push([name, streams, ...(halves as [number, number]), Number(lag.toFixed(1))]); // two halves
      await server.stop();
    }
    await upstream.stop();
    return { head: ['proxy', 'streams', 'first half', 'second half', 'lag p99'], rows };
  },
};
