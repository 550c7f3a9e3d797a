import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import {
  checkInput,
  countLines,
  defineCommand,
  type NumberedLine,
  numberedLines,
} from '../command-line/index.ts';
import { withCache } from '../store/index.ts';
import { EXIT, formatQuantity, type Host, inParallel, withProgress } from '../terminal/index.ts';

const IMPORTS_AT_ONCE = 16;

const REASONS: ReadonlyMap<string, string> = new Map([
  ['no-entry', 'it is not an entry.'],
  ['too-large', 'it is too large.'],
  ['store-error', 'the store did not accept it.'],
]);

type ImportedEntry = Pick<StoredEntry, 'header' | 'payload'>;

/** The entry in a line of an export, or what is wrong with the line. The reason never quotes the line. */
function entryIn(line: string): ImportedEntry | string {
  try {
    const { header, payload }: Partial<ImportedEntry> = JSON.parse(line) ?? {};
    if (typeof header !== 'object' || header === null) return 'it has no header.';
    if (typeof payload !== 'string') return 'it has no payload.';
    return { header, payload }; // `restore` checks the fields of the header
  } catch {
    return 'it is not JSON.';
  }
}

/** Restores the entry in a line. Where that fails, stderr gets the reason, and the other lines go on. */
async function importLine(cache: LlmCache, { stderr }: Host, { number, text }: NumberedLine) {
  const entry = entryIn(text);
  const result = typeof entry === 'string' ? entry : await cache.inspection.restore(entry);
  if (result === 'restored' || result === 'expired') return result;
  stderr.write(`line ${number}: ${REASONS.get(result) ?? result}\n`);
  return 'failed';
}

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Store the entries of an export.',
  positionals: ['[file]'],
  notes: 'Without a file, and with the file -, the lines are read from stdin.',
  async run({ session, positionals: [path = '-'] }) {
    const { host, output } = session;
    const counts = { restored: 0, expired: 0, failed: 0 };
    await checkInput(path);
    await withCache(session, 'may-create', async ({ cache }) => {
      const progress = { label: 'imported', total: await countLines(path, host) };
      const lines = withProgress(host, progress, numberedLines(path, host));
      await inParallel(lines, IMPORTS_AT_ONCE, async (line) => {
        counts[await importLine(cache, host, line)] += 1;
      });
    });
    const { restored, expired, failed } = counts;
    await output.print(counts, () => {
      const imported = `Imported ${formatQuantity(restored, 'entry', 'entries')}`;
      return `${imported}. Already expired: ${expired}. Failed: ${failed}.`;
    });
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
});
