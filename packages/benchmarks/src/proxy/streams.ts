import { setTimeout as delay } from 'node:timers/promises';
import type { Section } from '../report/index.ts';
import { Connection } from './client.ts';
import { askOf, wireRequest } from './messages.ts';
import { OURS, PLAIN, type RunningServer, startServer, startUpstream } from './servers.ts';

const STREAMS = 1_000;
/** Milliseconds between two chunks of a stream, and for which a slow reader reads nothing after each read. */
const PACE = 200;
const PAUSE = 500;
const DELTAS = 30;
/** Milliseconds before the first figures, and for which each of the two halves is measured. */
const SETTLING = 7_000;
const HALF = 8_000;

let number = 0;

/**
 * One stream after the other, none of which anybody has asked before. Each has a connection of its own: a server may end
 * one whose slow reader takes longer than its keep-alive.
 */
async function keepAsking({ url }: RunningServer, until: () => boolean): Promise<number> {
  await delay(Math.random() * PACE * DELTAS); // they begin one after the other, as those of people do
  const path = `${url.pathname.replace(/\/$/, '')}/v1/messages`;
  let streams = 0;
  while (!until()) {
    number += 1;
    const body = askOf(number, { stream: true, maxTokens: DELTAS });
    const connection = await Connection.open(url, PAUSE);
    await connection.ask(wireRequest(path, body, { 'x-pace': String(PACE) }));
    connection.close();
    streams += 1;
  }
  return streams;
}

const mebibytes = (bytes: number) => Number((bytes / 1024 / 1024).toFixed(1));

/** The lag within some time, and the memory at its end: to collect garbage first would make the event loop late. */
async function figuresOf(server: RunningServer) {
  await delay(SETTLING);
  await server.lag();
  await delay(HALF);
  const lag = await server.lag();
  return { lag, memory: mebibytes(await server.memory()) };
}

/** Streams through one proxy, of which there are always as many at once. */
async function measure(server: RunningServer) {
  let isOver = false;
  const asking = Array.from({ length: STREAMS }, () => keepAsking(server, () => isOver));
  const halves = [await figuresOf(server), await figuresOf(server)] as const;
  isOver = true;
  const streams = (await Promise.all(asking)).reduce((sum, count) => sum + count, 0);
  return { streams, halves };
}

export const proxyStreams: Section = {
  name: 'proxy-streams',
  title: 'Many streams at once',
  text: `${STREAMS.toLocaleString('en')} streams at once that nobody has asked before, each with a chunk every ${PACE} ms, and readers that read nothing for ${PAUSE} ms after each read. Memory is what is in use after a garbage collection, in MiB: after the first and after the second half of the time. The answers that cached-llm stores are in it, up to 64 MiB. Lag is by how many milliseconds 99 of 100 turns of the event loop are late at most.`,
  async run() {
    const upstream = await startUpstream();
    const rows: (readonly [string, number, number, number, number])[] = [];
    for (const name of [PLAIN, OURS] as const) {
      const server = await startServer(name, upstream.url);
      const { streams, halves } = await measure(server);
      const lag = Math.max(...halves.map((half) => half.lag));
      rows.push([name, streams, halves[0].memory, halves[1].memory, Number(lag.toFixed(1))]);
      await server.stop();
    }
    await upstream.stop();
    return {
      head: ['proxy', 'streams that ended', 'memory, first half', 'second half', 'lag p99, ms'],
      rows,
    };
  },
};
