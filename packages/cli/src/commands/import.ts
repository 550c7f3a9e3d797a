import { verb } from '../command-line/command.ts';
import { countLines, numberedLines } from '../input/lines.ts';
import { withCache } from '../store/open.ts';
import { EXIT } from '../terminal/exit.ts';
import { shownThings } from '../terminal/format.ts';
import { inParallel } from '../terminal/in-parallel.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Imported, importLine } from './import-line.ts';

const AT_ONCE = 16;
export const importVerb = verb({
  name: 'import',
  summary: 'Store the entries of an export.',
  words: ['[file]'],
  notes: 'Without a file, or with -, lines are read from stdin.',
  async run({ session, words: [path = '-'] }) {
    const { host, output } = session;
    const counts: Imported = { restored: 0, expired: 0, failed: 0 };
    await withCache(session, 'fill', async ({ cache }) => {
      const total = await countLines(path, host);
      await withProgress(host, { label: 'imported', total }, (bar) =>
        inParallel(numberedLines(path, host), AT_ONCE, async (line) => {
          host.signal.throwIfAborted();
          counts[await importLine(cache, host, line)] += 1;
          bar.advance();
        }),
      );
    });
    await output.say(counts, () => {
      const { restored, expired, failed } = counts;
      const others = [`${expired} had expired`, `${failed} failed`].join(', ');
      return `Imported ${shownThings(restored, 'entry', 'entries')}; ${others}.`;
    });
    return counts.failed === 0 ? EXIT.ok : EXIT.failed;
  },
});
