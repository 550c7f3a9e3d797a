import { type EntryFilter, type StoredEntry, visibleText } from '@cached-llm/core/store';
import { count, defineCommand, flag, type Session } from '../command-line/index.ts';
import {
  eachNamespace,
  entryFacts,
  entryFilter,
  entryId,
  entryOptions,
  formatTimeLeft,
  hasEntries,
  ID_LENGTH,
  namespaceOf,
  noEntriesText,
  type OpenedCache,
  withCache,
} from '../store/index.ts';
import {
  type Column,
  fitted,
  formatBytes,
  formatDuration,
  formatQuantity,
  jsonLine,
  type Output,
  withProgress,
} from '../terminal/index.ts';

type FixedColumn = Column & { readonly width: number };

const COLUMNS: readonly FixedColumn[] = [
  { title: 'KEY', width: ID_LENGTH },
  { title: 'PROVIDER', width: 9 },
  { title: 'MODEL', width: 21 },
  { title: 'STATE', width: 11 },
  { title: 'AGE', width: 5, align: 'right' },
  { title: 'LEFT', width: 5, align: 'right' },
  { title: 'SIZE', width: 7, align: 'right' },
];
/** What the columns take, with two spaces between them. */
const TABLE_WIDTH = 80;
const NARROWEST_TAGS = 12;
const PAGE_SIZE = 20;

/** Wider terminals show the tags too. */
function columnsFor(width: number): readonly FixedColumn[] {
  const rest = width - TABLE_WIDTH - 2;
  return rest < NARROWEST_TAGS ? COLUMNS : [...COLUMNS, { title: 'TAGS', width: rest }];
}

function cells(entry: StoredEntry, now: number): readonly string[] {
  const { provider, model = '-', storedAt, tags = [] } = entry.header;
  const times = [formatDuration(now - storedAt), formatTimeLeft(entry, now) ?? '-'];
  const names = [entryId(entry.key), provider, model, entry.state];
  const all = [...names, ...times, formatBytes(entry.bytes), tags.join(', ')];
  return all.map(visibleText);
}

/**
 * One page of the table. Every page has the same columns, and the first has the titles. `formatTable` is not
 * used here: it takes ten times as long as reading the entries.
 */
function pageText(
  { width, colors }: Output,
  rows: readonly (readonly string[])[],
  isFirst: boolean,
): string {
  const columns = columnsFor(width);
  const line = (row: readonly string[]) => {
    const texts = columns.map(({ width, align }, index) => fitted(row[index] ?? '', width, align));
    return texts.join('  ').trimEnd();
  };
  const titles = isFirst ? [colors.dim(line(columns.map(({ title }) => title)))] : [];
  return [...titles, ...rows.map(line)].join('\n');
}

/** Rows in pages. A row holds only what is printed: whole entries would fill the memory. */
async function* pages(
  { output, host }: Session,
  entries: AsyncIterable<StoredEntry>,
  limit: number,
) {
  let [rows, bytes, listed]: [(readonly string[])[], number, number] = [[], 0, 0];
  for await (const entry of entries) {
    rows.push(output.isJson ? [jsonLine(entryFacts(entry))] : cells(entry, host.now()));
    bytes += entry.bytes;
    listed += 1;
    if (listed === limit) break;
    if (rows.length < PAGE_SIZE) continue;
    yield { rows, bytes };
    [rows, bytes] = [[], 0];
  }
  if (rows.length > 0) yield { rows, bytes };
}

interface Listing {
  readonly filter: EntryFilter;
  readonly limit: number;
}

/** Returns how many were printed. */
async function printEntries(
  session: Session,
  entries: AsyncIterable<StoredEntry>,
  limit: number,
): Promise<number> {
  const { host, output } = session;
  const counted = withProgress(host, { label: 'listed', isBesideRows: true }, entries);
  let [listed, size] = [0, 0];
  for await (const { rows, bytes } of pages(session, counted, limit)) {
    const text = output.isJson ? rows.join('\n') : pageText(output, rows, listed === 0);
    await output.write(`${text}\n`);
    listed += rows.length;
    size += bytes;
  }
  const sum = `${formatQuantity(listed, 'entry', 'entries')}, ${formatBytes(size)}`;
  if (listed > 0 && !output.isJson) await output.write(`${output.colors.dim(sum)}\n`);
  return listed;
}

/** Says why nothing is listed. JSON has only entries on stdout. */
async function printNothing(session: Session, { cache, store }: OpenedCache): Promise<void> {
  const { output, host } = session;
  const isFiltered = await hasEntries(cache);
  const text = isFiltered
    ? `No entry in namespace ${namespaceOf(session)} meets these conditions.`
    : await noEntriesText(session, store);
  if (output.isJson) host.stderr.write(`${visibleText(text)}\n`);
  else await output.write(`${output.colors.dim(visibleText(text))}\n`);
}

async function printAll(session: Session, opened: OpenedCache, { filter, limit }: Listing) {
  const { output } = session;
  let isEmpty = true;
  for await (const { namespace, cache } of eachNamespace(session, opened)) {
    const title = `${isEmpty ? '' : '\n'}Namespace ${visibleText(namespace)}`;
    if (!output.isJson) await output.write(`${output.colors.bold(title)}\n`);
    await printEntries(session, cache.inspection.entries(filter), limit);
    isEmpty = false;
  }
  if (isEmpty && !output.isJson) await output.write('No entries in any namespace.\n');
}

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  summary: 'List entries, in the order of the store.',
  notes:
    'KEY shows the first characters of a key. Every command that takes a key takes these too. LEFT shows how long an entry stays fresh.',
  options: {
    ...entryOptions,
    limit: count('stop after this many entries'),
    allNamespaces: flag('list the entries of every namespace'),
  },
  async run({ session, options }) {
    const { limit = Number.POSITIVE_INFINITY, allNamespaces = false, ...selected } = options;
    const filter = entryFilter(selected);
    await withCache(session, 'must-exist', async (opened) => {
      if (allNamespaces) return printAll(session, opened, { filter, limit });
      const { inspection } = opened.cache;
      const listed = await printEntries(session, inspection.entries(filter), limit);
      if (listed === 0) await printNothing(session, opened);
    });
    return undefined;
  },
});
