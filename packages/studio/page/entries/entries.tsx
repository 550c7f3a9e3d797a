import { useState } from 'preact/hooks';
import type { About, EntryPage } from '../facts.ts';
import { bytes, count, instant } from '../format.ts';
import { Empty, Failed } from '../parts.tsx';
import { Compared } from './compared.tsx';
import { EntryTable, type Order } from './entry-table.tsx';
import { Filters } from './filters.tsx';
import { conditionsOf, type Filter, firstLooking, keepLooking, type Looking } from './looking.ts';
import { Export, Steer } from './steer.tsx';
import { usePages } from './use-pages.ts';

/** How the table is looked at, and what changes it. */
function useLooking() {
  const [looking, setLooking] = useState(firstLooking);
  keepLooking(looking);
  const set = (part: Partial<Looking>) => setLooking((before) => ({ ...before, ...part }));
  const select = (key: string, isSelected: boolean) => {
    const selected = new Set(looking.selected);
    if (isSelected) selected.add(key);
    else selected.delete(key);
    set({ selected });
  };
  return {
    ...looking,
    select,
    setFilter: (filter: Filter) => set({ filter, first: 0 }),
    setOrder: (order: Order) => set({ order, first: 0 }),
    setFirst: (first: number) => set({ first }),
    unselectAll: () => set({ selected: new Set() }),
  };
}

/** All entries, filtered and sorted by the server. */
export function Entries({ about }: { about: About | undefined }) {
  const looking = useLooking();
  const { filter, order, first, selected } = looking;
  const [version, setVersion] = useState(0);
  const conditions = conditionsOf(filter);
  const { latest, rows, error } = usePages({ ...conditions, ...order }, first, version);
  const changed = () => {
    looking.unselectAll();
    setVersion(version + 1);
  };
  const keys = [...selected];
  const chosen =
    keys.length > 0 ? { keys } : { filter: new URLSearchParams(conditions).toString() };
  const isFound = latest !== undefined && latest.matching > 0;
  return (
    <>
      <header class="view">
        <h1>Entries</h1>
        <p aria-live="polite">{latest === undefined ? 'Reading…' : summary(latest, keys.length)}</p>
      </header>
      <Filters filter={filter} onChange={looking.setFilter} total={latest?.total ?? 0} />
      {isFound && (
        <div class="steer">
          {about?.isReadOnly === false && <Steer chosen={chosen} onDone={changed} />}
          <Export chosen={chosen} />
          {keys.length > 0 && (
            <button type="button" onClick={looking.unselectAll}>
              Select none
            </button>
          )}
        </div>
      )}
      {error !== undefined && <Failed message={error} />}
      {latest !== undefined && latest.matching === 0 && <Nothing page={latest} />}
      {isFound && (
        <EntryTable
          {...{ rows, order, selected, first, matching: latest.matching }}
          name={JSON.stringify([conditions, order])}
          onOrder={looking.setOrder}
          onScroll={looking.setFirst}
          onSelect={looking.select}
        />
      )}
      {keys.length === 2 && <Compared one={keys[0] ?? ''} other={keys[1] ?? ''} />}
    </>
  );
}

function summary(page: EntryPage, selected: number): string {
  const { total, matching, bytes: size, isComplete, isCut, scanned, scannedAt } = page;
  const chosen = selected === 0 ? '' : `, ${count(selected)} selected`;
  const most = isCut ? ' The store has more, which are not listed.' : '';
  const shown = `${count(matching)} of ${count(total)} entries, ${bytes(size)}${chosen}`;
  if (!isComplete) return `${shown}. ${count(scanned)} are read so far.`;
  return scannedAt === undefined
    ? shown
    : `${shown}, as of ${instant(scannedAt).slice(11)} UTC${most && `.${most}`}`;
}

function Nothing({ page }: { page: EntryPage }) {
  if (page.total > 0)
    return <Empty>No entry meets these conditions. Clear the filter to see all.</Empty>;
  if (!page.isComplete) return <Empty>The entries are being read.</Empty>;
  return (
    <Empty>
      No entry is stored in this namespace. <code>cached-llm namespaces</code> shows which
      namespaces have entries, and <code>cached-llm doctor</code> says why nothing is stored.
    </Empty>
  );
}
