import type { StoredRow } from '@cached-llm/core';
import { unmarkText } from './marked-text.ts';
import type { RedisServers } from './redis-servers.ts';

/** Keys that the server looks at in one go, whatever their prefix. */
const SCAN_PAGE = 1000;
/** Values held at a time. */
const VALUE_PAGE = 100;

function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
}

function pagesOf(keys: readonly string[]): string[][] {
  const pages = Array.from({ length: Math.ceil(keys.length / VALUE_PAGE) }, (_, page) => page);
  return pages.map((page) => keys.slice(page * VALUE_PAGE, (page + 1) * VALUE_PAGE));
}

async function* keysOn(
  server: RedisServers,
  prefix: string,
): AsyncGenerator<string[], void, undefined> {
  const options = { MATCH: patternOf(prefix), COUNT: SCAN_PAGE };
  let cursor = '0';
  do {
    const from = cursor;
    const found = await server.ask('', (client) => client.scan(from, options));
    yield* pagesOf(found.keys);
    cursor = found.cursor;
  } while (cursor !== '0');
}

async function rowsUnder(servers: RedisServers, keys: readonly string[]): Promise<StoredRow[]> {
  const texts = await servers.texts(keys);
  return keys.flatMap((key, index) => {
    // Nothing stands for a row that is gone by now, or that is no text.
    const row = unmarkText(texts[index] ?? '');
    return row === undefined ? [] : [{ key, ...row }];
  });
}

/** The rows of ours whose key starts with `prefix`. As the server does, it may yield a row twice. */
export async function* scanRows(
  servers: RedisServers,
  prefix: string,
): AsyncGenerator<StoredRow, void, undefined> {
  for (const server of await servers.masters()) {
    for await (const keys of keysOn(server, prefix)) yield* await rowsUnder(servers, keys);
  }
}
