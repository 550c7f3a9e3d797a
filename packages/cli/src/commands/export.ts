import { verb } from '../command-line/command.ts';
import { text } from '../command-line/options.ts';
import { entryFilter, entryFlags } from '../store/entry-flags.ts';
import { withCache } from '../store/open.ts';
import { shownThings } from '../terminal/format.ts';
import { watched } from '../terminal/watched.ts';
import { outletOf } from './outlet-of.ts';

const NOTES =
  'Invalidated entries are left out. A line holds an entry as it is stored, its answer in the clear, also where the store is sealed: keep the file as you would keep the answers.';

export const exportVerb = verb({
  name: 'export',
  summary: 'Write entries as JSON lines.',
  flags: { ...entryFlags, output: text('<path>', 'into this file instead of to stdout') },
  notes: NOTES,
  async run({ session, given: { output: path, ...filter } }) {
    const { output } = session;
    await withCache(session, 'look', async ({ cache }) => {
      const outlet = await outletOf(path, output);
      let exported = 0;
      const entries = cache.inspection.entries(entryFilter(filter));
      for await (const { key, header, payload, state } of watched(
        session,
        { label: 'exported', isBesideRows: path === undefined },
        entries,
      )) {
        if (state === 'invalidated') continue;
        await outlet.write(`${JSON.stringify({ key, header, payload })}\n`);
        exported += 1;
      }
      await outlet.close();
      if (path === undefined) return;
      const told = () => `Exported ${shownThings(exported, 'entry', 'entries')} to ${path}.`;
      await output.say({ exported, path }, told);
    });
    return undefined;
  },
});
