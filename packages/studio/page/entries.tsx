import { useState } from 'preact/hooks';
import { get } from './api.ts';
import { EntryTable, type Order } from './entry-table.tsx';
import type { About, Difference, EntryPage } from './facts.ts';
import { type Filter, Filters, NO_FILTER } from './filters.tsx';
import { bytes, count, instant, shortKey } from './format.ts';
import { Empty, Failed, Section } from './parts.tsx';
import { Export, Steer } from './steer.tsx';
import { useAnswer } from './use-answer.ts';
import { usePages } from './use-pages.ts';
import { visible } from './visible.ts';

/** All entries, filtered and sorted by the server. */
export function Entries({ about }: { about: About }) {
  const [filter, setFilter] = useState(NO_FILTER);
  const [order, setOrder] = useState<Order>({ sort: 'stored', order: 'descending' });
  const [first, setFirst] = useState(0);
  const [version, setVersion] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { latest, rows, error } = usePages({ ...filter, ...order }, first, version);
  const select = (key: string, isSelected: boolean) => {
    const next = new Set(selected);
    if (isSelected) next.add(key);
    else next.delete(key);
    setSelected(next);
  };
  const changed = () => {
    setSelected(new Set());
    setVersion(version + 1);
  };
  const keys = [...selected];
  const chosen = keys.length > 0 ? { keys } : { filter: searchOf(filter) };
  return (
    <>
      <header class="view">
        <h1>Entries</h1>
        <p aria-live="polite">{latest === undefined ? 'Reading…' : summary(latest, keys.length)}</p>
      </header>
      <Filters filter={filter} onChange={setFilter} total={latest?.total ?? 0} />
      {latest !== undefined && latest.matching > 0 && (
        <div class="steer">
          {!about.isReadOnly && <Steer chosen={chosen} onDone={changed} />}
          <Export chosen={chosen} />
        </div>
      )}
      {error !== undefined && <Failed message={error} />}
      {latest !== undefined && latest.matching === 0 && <Nothing page={latest} />}
      {latest !== undefined && latest.matching > 0 && (
        <EntryTable
          {...{ rows, order, selected, matching: latest.matching }}
          onOrder={setOrder}
          onScroll={setFirst}
          onSelect={select}
        />
      )}
      {keys.length === 2 && <Compared one={keys[0] ?? ''} other={keys[1] ?? ''} />}
    </>
  );
}

/** The filter as the server reads it. */
const searchOf = (filter: Filter) =>
  new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();

function summary(
  { total, matching, bytes: size, isComplete, scanned, scannedAt }: EntryPage,
  selected: number,
): string {
  const chosen = selected === 0 ? '' : `, ${count(selected)} selected`;
  const shown = `${count(matching)} of ${count(total)} entries, ${bytes(size)}${chosen}`;
  if (!isComplete) return `${shown}. ${count(scanned)} are read so far.`;
  return scannedAt === undefined ? shown : `${shown}, as of ${instant(scannedAt).slice(11)} UTC`;
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

/** Two selected entries, side by side. */
function Compared({ one, other }: { one: string; other: string }) {
  const { fact, error } = useAnswer(`${one} ${other}`, () =>
    get<Difference>('diff', { one, other }),
  );
  return (
    <Section title={`${shortKey(one)} and ${shortKey(other)}`}>
      {error !== undefined && <Failed message={error} />}
      {fact !== undefined && (
        <dl class="figures">
          <Paths name="facts" paths={fact.facts} />
          <Paths name="requests" paths={fact.request} />
          <Paths name="answers" paths={fact.answer} />
        </dl>
      )}
    </Section>
  );
}

function Paths({ name, paths }: { name: string; paths: readonly string[] | undefined }) {
  const same = paths?.length === 0 ? 'are the same' : undefined;
  const text =
    paths === undefined ? 'cannot be compared: one was stored without explain: true' : same;
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{text ?? `differ at ${visible(paths?.join(', ') ?? '')}`}</dd>
    </div>
  );
}
