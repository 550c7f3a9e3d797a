import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@cached-llm/testing';

const UP = 2_000;
const DOWN = 1_500;

type Blow = (server: RedisServer) => Promise<void>;

/** What happens to a server in production, in turn. */
const BLOWS: readonly Blow[] = [
  async (server) => {
    await server.kill();
    await delay(DOWN);
    await server.restart();
  },
  async (server) => {
    server.pause();
    await delay(DOWN);
    server.resume();
  },
  (server) => server.restart(),
];

/** Mistreats a server until it is told to stop, and leaves it running. How many blows it took. */
export async function flap(server: RedisServer, stop: AbortSignal): Promise<number> {
  let blows = 0;
  while (!stop.aborted) {
    await delay(UP, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) break;
    await BLOWS[blows % BLOWS.length]?.(server);
    blows += 1;
  }
  return blows;
}
