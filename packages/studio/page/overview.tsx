import type { LedgerRow } from '@cached-llm/core';
import type { LedgerFigures, StoreFigures } from '@cached-llm/core/store';
import { useState } from 'preact/hooks';
import { get } from './api.ts';
import { DayChart } from './day-chart.tsx';
import type { Diagnosis, Stats } from './facts.ts';
import { bytes, count, duration, money, percent } from './format.ts';
import { Empty, Failed, Figure, Section, Table } from './parts.tsx';
import { useAnswer } from './use-answer.ts';
import { visible } from './visible.ts';

const SPANS = [
  ['', 'all time'],
  ['30d', 'last 30 days'],
  ['7d', 'last 7 days'],
  ['24h', 'last 24 hours'],
  ['1h', 'last hour'],
] as const;
const EVERY = 5_000;

/** Money first, then what was asked, what is stored, and what to do. */
export function Overview() {
  const [since, setSince] = useState('');
  const { fact, error } = useAnswer(`stats ${since}`, () => get<Stats>('stats', { since }), EVERY);
  return (
    <>
      <header class="view">
        <h1>Overview</h1>
        <label>
          Show{' '}
          <select value={since} onChange={({ currentTarget }) => setSince(currentTarget.value)}>
            {SPANS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      {error !== undefined && <Failed message={error} />}
      {fact !== undefined && <Shown stats={fact} />}
      <Advice since={since} />
    </>
  );
}

const tokens = ({ input, output }: { input: number; output: number }) =>
  `${count(input)} in, ${count(output)} out`;

function Shown({ stats }: { stats: Stats }) {
  const { cost, time, store } = stats;
  if (stats.requests === 0 && stats.stored === 0) {
    return (
      <>
        <Empty>
          Nothing was counted yet. Let your program use this store, and call{' '}
          <code>await cache.close()</code> at its end.
        </Empty>
        <Stored stats={stats} />
      </>
    );
  }
  return (
    <>
      <dl class="figures main">
        <Figure name="money saved" value={money(cost.saved)} note={`spent ${money(cost.spent)}`} />
        <Figure name="time saved" value={duration(time.saved)} />
        <Figure
          name="tokens saved"
          value={tokens(stats.tokens.saved)}
          note={`spent ${tokens(stats.tokens.spent)}`}
        />
        <Figure
          name="hit rate"
          value={percent(stats.hitRate)}
          note={`${count(stats.requests)} requests`}
        />
        <Entries store={store} />
      </dl>
      <Outcomes figures={stats} />
      {stats.byDay.length > 0 && (
        <Section title="Days">
          <DayChart days={stats.byDay.slice(-30)} />
          <FigureTable label="Figures by day" title="Day" rows={stats.byDay.slice(-30)} />
        </Section>
      )}
      {stats.byModel.length > 0 && (
        <Section title="Models">
          <FigureTable label="Figures by model" title="Model" rows={stats.byModel} />
        </Section>
      )}
      <Stored stats={stats} />
    </>
  );
}

function Outcomes({ figures }: { figures: LedgerFigures }) {
  const { hits, stale, misses, collapsed, time } = figures;
  return (
    <Section title="Requests">
      <dl class="figures">
        <Figure name="hits" value={count(hits)} />
        <Figure name="stale" value={count(stale)} />
        <Figure name="collapsed" value={count(collapsed)} />
        <Figure name="misses" value={count(misses)} />
        <Figure
          name="bypasses"
          value={count(figures.bypasses)}
          note={reasons(figures.bypassesByReason)}
        />
        <Figure
          name="not stored"
          value={count(figures.notAdmitted)}
          note={reasons(figures.notAdmittedByReason)}
        />
        <Figure name="store errors" value={count(figures.storeErrors)} />
        <Figure
          name="a cached answer"
          value={duration(time.cached.p50 ?? time.cached.mean)}
          note={slow(time.cached.p95)}
        />
        <Figure
          name="an uncached answer"
          value={duration(time.uncached.p50 ?? time.uncached.mean)}
          note={slow(time.uncached.p95)}
        />
      </dl>
    </Section>
  );
}

const slow = (p95: number | undefined) => (p95 === undefined ? undefined : `p95 ${duration(p95)}`);
const reasons = (by: Readonly<Record<string, number>>) =>
  Object.entries(by)
    .map(([reason, times]) => `${reason} ${count(times)}`)
    .join(', ') || undefined;

function FigureTable({
  label,
  title,
  rows,
}: {
  label: string;
  title: string;
  rows: readonly LedgerRow[];
}) {
  return (
    <Table
      label={label}
      titles={[title, 'Requests', 'Hits', 'Hit rate', 'Tokens saved', 'Saved', 'Spent']}
    >
      {rows.map((row) => {
        const name = row.day ?? [row.provider, row.model].filter(Boolean).join('/');
        return (
          <tr key={name}>
            <th scope="row">{visible(name)}</th>
            <td>{count(row.requests)}</td>
            <td>{count(row.hits)}</td>
            <td>{percent(row.hitRate)}</td>
            <td>{count(row.tokens.saved.input + row.tokens.saved.output)}</td>
            <td>{money(row.cost.saved)}</td>
            <td>{money(row.cost.spent)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** Rows without a provider: they are damaged, or encrypted with another secret. */
const UNREADABLE = '(not readable)'; // as the command line says

/** What was not measured is called unknown: 0 would be a number. */
function Entries({ store: { entries, bytes: size } }: { store: StoreFigures }) {
  const note = size === undefined ? undefined : bytes(size);
  return (
    <Figure name="entries" value={entries === undefined ? 'unknown' : count(entries)} note={note} />
  );
}

function Stored({ stats: { store, evictions } }: { stats: Stats }) {
  const { byProvider = [] } = store;
  return (
    <Section title="Store">
      <dl class="figures">
        <Entries store={store} />
        {store.usedBytes !== undefined && <Figure name="used" value={bytes(store.usedBytes)} />}
        <Figure name="evictions" value={count(Math.max(evictions, store.evictions ?? 0))} />
      </dl>
      {byProvider.length > 0 && (
        <Table label="Entries by provider" titles={['Provider', 'Entries', 'Size']}>
          {byProvider.map(({ provider, entries, bytes: size }) => (
            <tr key={provider ?? ''}>
              <th scope="row">{visible(provider ?? UNREADABLE)}</th>
              <td>{count(entries)}</td>
              <td>{bytes(size)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

function Advice({ since }: { since: string }) {
  const { fact, error } = useAnswer(`doctor ${since}`, () => get<Diagnosis>('doctor', { since }));
  return (
    <Section title="Advice">
      {error !== undefined && <Failed message={error} />}
      {fact === undefined && error === undefined && <p>Looking for problems…</p>}
      {fact?.healthy === true && <p>No problem was found.</p>}
      <ul class="advice">
        {fact?.findings
          .filter(({ healthy }) => !healthy)
          .map(({ name, found, remedy }) => (
            <li key={name + found}>
              <strong>{name}</strong> {visible(found)}{' '}
              {remedy !== undefined && <em>{visible(remedy)}</em>}
            </li>
          ))}
      </ul>
    </Section>
  );
}
