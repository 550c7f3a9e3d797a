import type { StoredEntry } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { count } from '../command-line/options.ts';
import type { Session } from '../command-line/session.ts';
import { entryFilter, entryFlags } from '../store/entry-flags.ts';
import { entryFacts } from '../store/facts.ts';
import { withCache } from '../store/open.ts';
import { shownSize, shownThings } from '../terminal/format.ts';
import { watched } from '../terminal/watched.ts';
import { entryCells, entryTable } from './entry-table.ts';
import { pages } from './pages.ts';

const PAGE = 20;

async function* upTo<Thing>(things: AsyncIterable<Thing>, limit: number) {
  let taken = 0;
  for await (const thing of things) {
    yield thing;
    taken += 1;
    if (taken >= limit) return;
  }
}

/** What is shown of each, and no more: an answer that waits for its page to be full takes room. */
async function* shown({ output, host }: Session, entries: AsyncIterable<StoredEntry>) {
  for await (const entry of entries) {
    const line = () => [JSON.stringify(entryFacts(entry))];
    yield { cells: output.isJson ? line() : entryCells(entry, host.now()), bytes: entry.bytes };
  }
}

async function tell(session: Session, entries: AsyncIterable<StoredEntry>): Promise<void> {
  const { output } = session;
  const options = { label: 'listed', isBesideRows: true };
  let [seen, bytes] = [0, 0];
  for await (const page of pages(shown(session, watched(session, options, entries)), PAGE)) {
    const rows = page.map(({ cells }) => cells);
    const lines = output.isJson ? rows.join('\n') : entryTable(output, rows, seen === 0);
    await output.write(`${lines}\n`);
    seen += page.length;
    bytes += page.reduce((sum, row) => sum + row.bytes, 0);
  }
  const size = `${shownThings(seen, 'entry', 'entries')}, ${shownSize(bytes)}`;
  const end = output.colors.dim(seen === 0 ? 'No entries.' : size);
  if (!output.isJson) await output.write(`${end}\n`);
}

export const list = verb({
  name: 'list',
  summary: 'List entries, as they come from the store.',
  notes: 'A key is shown by its first characters; every verb that takes a key takes these, too.',
  flags: { ...entryFlags, limit: count('<count>', 'no more than this many') },
  async run({ session, given: { limit = Number.POSITIVE_INFINITY, ...filter } }) {
    await withCache(session, 'look', async ({ cache }) => {
      await tell(session, upTo(cache.inspection.entries(entryFilter(filter)), limit));
    });
    return undefined;
  },
});
