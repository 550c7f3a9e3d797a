import { startRedis, temporaryFolder } from '@cached-llm/testing';

/** A store that several processes share, and how to remove it. */
interface SharedPlace {
  readonly url: string;
  readonly remove: () => Promise<void>;
}

async function sqlitePlace(): Promise<SharedPlace> {
  const folder = await temporaryFolder();
  return { url: `sqlite:${folder.path}/llm.db`, remove: () => folder.remove() };
}

async function redisPlace(): Promise<SharedPlace> {
  const server = await startRedis();
  return { url: server.url, remove: () => server.stop() };
}

export const SHARED_PLACES = [
  ['a SQLite file', sqlitePlace],
  ['a Redis', redisPlace],
] as const;

const ends: (() => unknown)[] = [];

/** Runs `end` after the test. */
export function atEnd(end: () => unknown): void {
  ends.push(end);
}

/** Ends what the test started, the latest first. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

/** Opens a place for one test. */
export async function urlOf(openPlace: () => Promise<SharedPlace>): Promise<string> {
  const { url, remove } = await openPlace();
  atEnd(remove);
  return url;
}
