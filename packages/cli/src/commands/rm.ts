import type { LlmCache } from '@cached-llm/core';
import { defineCommand, flag, type OptionValues } from '../command-line/index.ts';
import {
  entryFilter,
  entryOptions,
  findEntry,
  type Removed,
  removeEntries,
  withCache,
} from '../store/index.ts';
import {
  confirm,
  EXIT,
  Failure,
  formatBytes,
  formatQuantity,
  UsageFailure,
} from '../terminal/index.ts';

/** A tag, a model or a provider alone is invalidated first: so no process stores an older answer meanwhile. */
async function invalidateAll(
  cache: LlmCache,
  options: OptionValues<typeof entryOptions>,
): Promise<void> {
  if (Object.keys(options).length !== 1) return;
  const { tag, model, provider } = options;
  const isInvalidated =
    (tag === undefined || (await cache.invalidate({ tag }))) &&
    (model === undefined || (await cache.invalidate({ model }))) &&
    (provider === undefined || (await cache.invalidate({ provider })));
  if (!isInvalidated) throw new Failure('The entries could not be invalidated in the store.');
}

async function removeKeys(cache: LlmCache, keys: readonly string[]): Promise<Removed> {
  let bytes = 0;
  for (const given of keys) {
    const entry = await findEntry(cache, given);
    const isRemoved = await cache.invalidate({ key: entry.key });
    if (!isRemoved) throw new Failure(`The entry ${given} could not be removed.`);
    bytes += entry.bytes;
  }
  return { entries: keys.length, bytes };
}

export const rm = defineCommand({
  name: 'rm',
  summary: 'Remove entries by key, or by what they share.',
  positionals: ['[keys...]'],
  options: { ...entryOptions, yes: flag('do not ask for confirmation') },
  async run({ session, positionals: keys, options: { yes = false, ...filter } }) {
    const isByKey = keys.length > 0;
    if (isByKey === Object.keys(filter).length > 0) {
      throw new UsageFailure(
        'Write either keys, or options that select entries, such as --model gpt-4o --older-than 7d.',
      );
    }
    return withCache(session, 'must-exist', async ({ cache, url }) => {
      const what = isByKey ? formatQuantity(keys.length, 'entry', 'entries') : 'every such entry';
      const question = `Remove ${what} from ${url}?`;
      if (!yes && !(await confirm(session.host, question))) return EXIT.failed;
      if (!isByKey) await invalidateAll(cache, filter);
      const { entries, bytes } = isByKey
        ? await removeKeys(cache, keys)
        : await removeEntries(session, cache, { filter: entryFilter(filter) });
      await session.output.print({ removed: entries, bytes }, () => {
        return `Removed ${formatQuantity(entries, 'entry', 'entries')} (${formatBytes(bytes)}).`;
      });
      return EXIT.ok;
    });
  },
});
