import { verb } from '../command-line/command.ts';
import { toggle } from '../command-line/options.ts';
import { entryFilter, entryFlags } from '../store/entry-flags.ts';
import { withCache } from '../store/open.ts';
import { invalidateAll, removeKeys } from '../store/removal-by-word.ts';
import { removeEntries } from '../store/remove.ts';
import { confirm } from '../terminal/confirm.ts';
import { EXIT, UsageFailure } from '../terminal/exit.ts';
import { shownSize, shownThings } from '../terminal/format.ts';

export const rm = verb({
  name: 'rm',
  summary: 'Remove entries: by key, tag, model, age …',
  words: ['[keys...]'],
  flags: { ...entryFlags, yes: toggle('without asking') },
  async run({ session, words, given: { yes = false, ...filter } }) {
    const isByKey = words.length > 0;
    if (isByKey === Object.keys(filter).length > 0) {
      throw new UsageFailure(
        'Name keys, or what is common to the entries: --model gpt-4o --older-than 7d.',
      );
    }
    return withCache(session, 'look', async ({ cache, url }) => {
      const what = isByKey ? shownThings(words.length, 'entry', 'entries') : 'every such entry';
      if (!yes && !(await confirm(session.host, `Remove ${what} from ${url}?`))) return EXIT.failed;
      if (!isByKey) await invalidateAll(cache, filter);
      const removed = isByKey
        ? await removeKeys(cache, words)
        : await removeEntries(session, cache, { filter: entryFilter(filter) });
      const { entries, bytes } = removed;
      const text = () =>
        `Removed ${shownThings(entries, 'entry', 'entries')}, ${shownSize(bytes)}.`;
      await session.output.say({ removed: entries, bytes }, text);
      return EXIT.ok;
    });
  },
});
