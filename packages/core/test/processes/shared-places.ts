import { startRedis, temporaryFolder } from '@cached-llm/testing';

/** A place that several processes share, and how to take it away. */
export interface SharedPlace {
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
