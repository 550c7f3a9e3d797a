import type { LlmCache } from '@cached-llm/core';
import type { Given } from '../command-line/options.ts';
import { Failure } from '../terminal/exit.ts';
import type { entryFlags } from './entry-flags.ts';
import { foundEntry } from './find.ts';
import type { Removed } from './remove.ts';

/** What is asked for while it is removed goes, too: one marker reaches every process. */
export async function invalidateAll(
  cache: LlmCache,
  filter: Given<typeof entryFlags>,
): Promise<void> {
  const said = Object.keys(filter);
  const { tag, model, provider } = filter;
  if (said.length !== 1) return;
  const isTold =
    (tag === undefined || (await cache.invalidate({ tag }))) &&
    (model === undefined || (await cache.invalidate({ model }))) &&
    (provider === undefined || (await cache.invalidate({ provider })));
  if (!isTold) throw new Failure('The store could not be told.');
}

/** Removes the entries that are named, and no other. */
export async function removeKeys(cache: LlmCache, words: readonly string[]): Promise<Removed> {
  let bytes = 0;
  for (const word of words) {
    const entry = await foundEntry(cache, word);
    if (!(await cache.invalidate({ key: entry.key })))
      throw new Failure(`${word} could not be removed.`);
    bytes += entry.bytes;
  }
  return { entries: words.length, bytes };
}
