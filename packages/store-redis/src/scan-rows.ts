import type { StoredRow } from '@cached-llm/core';
import { unmarkText } from './marked-text.ts';
import type { RedisConnection } from './redis-connection.ts';

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

async function rowsUnder(connection: RedisConnection, keys: string[]): Promise<StoredRow[]> {
  const texts = await connection.run(async () => connection.readyClient().mGet(keys));
  return keys.flatMap((key, index) => {
    // Nothing stands for a row that is gone by now, or that is no text.
    const row = unmarkText(texts[index] ?? '');
    return row === undefined ? [] : [{ key, ...row }];
  });
}

/** The rows of ours whose key starts with `prefix`. As the server does, it may yield a row twice. */
export async function* scanRows(
  connection: RedisConnection,
  prefix: string,
): AsyncGenerator<StoredRow, void, undefined> {
  const options = { MATCH: patternOf(prefix), COUNT: SCAN_PAGE };
  let cursor = '0';
  do {
    const from = cursor;
    const found = await connection.run(async () => connection.readyClient().scan(from, options));
    for (const keys of pagesOf(found.keys)) yield* await rowsUnder(connection, keys);
    cursor = found.cursor;
  } while (cursor !== '0');
}
