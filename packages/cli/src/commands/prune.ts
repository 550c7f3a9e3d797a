import { defineCommand, flag, text } from '../command-line/index.ts';
import { removeEntries, withCache } from '../store/index.ts';
import { formatBytes, formatQuantity } from '../terminal/index.ts';

export const prune = defineCommand({
  name: 'prune',
  summary: 'Remove expired and invalidated entries.',
  notes: 'Such entries are never served again. The store also removes them by itself, but later.',
  options: {
    provider: text('<name>', 'only entries of this provider'),
    dryRun: flag('only print what would be removed'),
  },
  async run({ session, options: { provider, dryRun = false } }) {
    await withCache(session, 'must-exist', async ({ cache, store }) => {
      // The store sweeps the rows of every provider: it does not know whose they are.
      const swept = dryRun || provider !== undefined ? 0 : ((await store.sweep?.()) ?? 0);
      const filter = { provider, states: ['expired', 'invalidated'] } as const;
      const { entries, bytes } = await removeEntries(session, cache, { filter, dryRun });
      const removed = entries + swept;
      await session.output.print({ removed, swept, bytes, dryRun }, () => {
        const what = `${formatQuantity(removed, 'entry', 'entries')} (${formatBytes(bytes)})`;
        const bySweep = swept === 0 ? '' : ` The store itself swept ${swept} of them.`;
        return `${dryRun ? 'Would remove' : 'Removed'} ${what}.${bySweep}`;
      });
    });
    return undefined;
  },
});
