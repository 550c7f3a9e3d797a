import { verb } from '../command-line/command.ts';
import { text, toggle } from '../command-line/options.ts';
import { withCache } from '../store/open.ts';
import { removeEntries } from '../store/remove.ts';
import { shownSize, shownThings } from '../terminal/format.ts';

export const prune = verb({
  name: 'prune',
  summary: 'Remove expired and invalidated entries.',
  notes:
    'They answer nobody any more, and leave by themselves when their time in the store is over.',
  flags: {
    provider: text('<name>', 'of this provider only'),
    dryRun: toggle('only say what would go'),
  },
  async run({ session, given: { provider, dryRun: isRehearsal = false } }) {
    await withCache(session, 'look', async ({ cache, store }) => {
      // What the store itself holds for expired no longer says whose it was.
      const swept = isRehearsal || provider !== undefined ? 0 : ((await store.sweep?.()) ?? 0);
      const filter = { provider, states: ['expired', 'invalidated'] } as const;
      const { entries, bytes } = await removeEntries(session, cache, { filter, isRehearsal });
      const removed = entries + swept;
      await session.output.say({ removed, swept, bytes, dryRun: isRehearsal }, () => {
        const verbText = isRehearsal ? 'Would remove' : 'Removed';
        const sweptText =
          swept === 0 ? '' : `, ${shownThings(swept, 'row')} of them swept by the store`;
        return `${verbText} ${shownThings(removed, 'entry', 'entries')} (${shownSize(bytes)})${sweptText}.`;
      });
    });
    return undefined;
  },
});
