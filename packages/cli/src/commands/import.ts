import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import {
  checkInput,
  countLines,
  defineCommand,
  type NumberedLine,
  numberedGroups,
} from '../command-line/index.ts';
import { withCache } from '../store/index.ts';
import {
  EXIT,
  formatQuantity,
  type Host,
  inParallel,
  OUTPUT_VERSION,
  withProgress,
} from '../terminal/index.ts';

/** Lines, or characters of them, from which a page is full: many rows in one operation of the store cost little more than one. */
const PAGE_LINES = 250;
const PAGE_CHARACTERS = 8_000_000;
/** While the store works on one page, the next one is read. */
const PAGES_AT_ONCE = 2;

const REASONS: ReadonlyMap<string, string> = new Map([
  ['no-entry', 'it is not an entry.'],
  ['too-large', 'it is too large.'],
  ['store-error', 'the store did not accept it.'],
  ['invalidated', 'it was invalidated meanwhile.'],
]);

type ImportedEntry = Pick<StoredEntry, 'header' | 'payload'>;

interface ExportedLine extends StoredEntry {
  readonly version: number;
}

const OTHER_VERSION = 'it is of another version of the export, which this program does not read.';

interface ImportedLine {
  readonly number: number;
  /** What is wrong with a line that holds none. The reason never quotes the line. */
  readonly entry: ImportedEntry | string;
  /** The key in the store that the entry came from. */
  readonly key: string;
}

function readLine({ number, text }: NumberedLine): ImportedLine {
  try {
    const line: Partial<ExportedLine> = JSON.parse(text) ?? {};
    const { version = OUTPUT_VERSION, key, header, payload } = line;
    const at = { number, key: String(key) };
    if (version !== OUTPUT_VERSION) return { ...at, entry: OTHER_VERSION };
    if (typeof header !== 'object' || header === null) return { ...at, entry: 'it has no header.' };
    if (typeof payload !== 'string') return { ...at, entry: 'it has no payload.' };
    return { ...at, entry: { header, payload } }; // `restore` checks the fields of the header
  } catch {
    return { number, key: '', entry: 'it is not JSON.' };
  }
}

/** The entries of lines that are near each other in a store are written together. */
const byKey = (lines: ImportedLine[]) => lines.sort((one, other) => (one.key < other.key ? -1 : 1));

/** Pages of lines in the order of their keys. */
async function* pagesOf(groups: AsyncIterable<readonly NumberedLine[]>) {
  let page: ImportedLine[] = [];
  let characters = 0;
  for await (const group of groups) {
    for (const line of group) page.push(readLine(line));
    characters += group.reduce((sum, { text }) => sum + text.length, 0);
    if (page.length < PAGE_LINES && characters < PAGE_CHARACTERS) continue;
    yield byKey(page);
    [page, characters] = [[], 0];
  }
  yield byKey(page);
}

/** Restores the entry in a line. If that fails, stderr gets the reason, and the other lines go on. */
async function importLine(cache: LlmCache, { stderr }: Host, { number, entry }: ImportedLine) {
  const result = typeof entry === 'string' ? entry : await cache.inspection.restore(entry);
  if (result === 'restored' || result === 'expired' || result === 'superseded') return result;
  stderr.write(`line ${number}: ${REASONS.get(result) ?? result}\n`);
  return 'failed';
}

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Store the entries of an export.',
  positionals: ['[file]'],
  notes: 'The lines are read from stdin if no file is named, or if the file is -.',
  async run({ session, positionals: [path = '-'] }) {
    const { host, output } = session;
    const counts = { restored: 0, expired: 0, superseded: 0, failed: 0 };
    await checkInput(path);
    await withCache(session, 'may-create', async ({ cache }) => {
      const total = await countLines(path, host);
      const stepsOf = (group: readonly NumberedLine[]) => group.length;
      const progress = { label: 'imported', total, stepsOf };
      const lines = withProgress(host, progress, numberedGroups(path, host));
      await inParallel(pagesOf(lines), PAGES_AT_ONCE, async (page) => {
        const results = await Promise.all(page.map((line) => importLine(cache, host, line)));
        for (const result of results) counts[result] += 1;
      });
    });
    const { restored, expired, superseded, failed } = counts;
    await output.print(counts, () => {
      const imported = `Imported ${formatQuantity(restored, 'entry', 'entries')}`;
      const newer = superseded === 0 ? '' : ` A later answer is stored: ${superseded}.`;
      return `${imported}. Already expired: ${expired}. Failed: ${failed}.${newer}`;
    });
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
});
