import type { LedgerRow } from '@cached-llm/core';
import { useState } from 'preact/hooks';
import { get } from '../api.ts';
import type { About, Stats } from '../facts.ts';
import { count, money, percent } from '../format.ts';
import { Empty, Failed, Figure, Section, Table } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { visible } from '../visible.ts';
import { Advice, Health } from './advice.tsx';
import { DayChart } from './day-chart.tsx';
import { Outcomes } from './outcomes.tsx';
import { EntryCount, Stored } from './stored.tsx';
import { LossReason, TimeSaved } from './time-saved.tsx';

const SPANS = [
  ['', 'all time'],
  ['30d', 'last 30 days'],
  ['7d', 'last 7 days'],
  ['24h', 'last 24 hours'],
  ['1h', 'last hour'],
] as const;
const EVERY = 5_000;

/** Money first, then what was asked, what is stored, and what to do. */
export function Overview({ about }: { about: About | undefined }) {
  const [since, setSince] = useState('');
  const { fact, error } = useAnswer(`stats ${since}`, () => get<Stats>('stats', { since }), EVERY);
  const isAnswered = fact !== undefined || error !== undefined; // what reads many rows comes after the figures
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
      {fact === undefined && error === undefined && <p>Reading the figures…</p>}
      {fact !== undefined && <Shown stats={fact} />}
      {isAnswered && about?.isReadOnly === false && <Health />}
      {isAnswered && <Advice since={since} />}
    </>
  );
}

const tokens = ({ input, output }: { input: number; output: number }) =>
  `${count(input)} in, ${count(output)} out`;

function Shown({ stats }: { stats: Stats }) {
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
      <Savings stats={stats} />
      <LossReason time={stats.time} />
      <Outcomes figures={stats} />
      {stats.byDay.length > 0 && (
        <Section title="Days">
          <DayChart days={stats.byDay.slice(-30)} />
          <FigureTable label="Figures by day" title="Day" rows={stats.byDay.slice(-30)} />
        </Section>
      )}
      {stats.byProvider.length > 1 && (
        <Section title="Providers">
          <FigureTable label="Figures by provider" title="Provider" rows={stats.byProvider} />
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

/** Money first. */
function Savings({ stats }: { stats: Stats }) {
  const { cost, time, tokens: both, hitRate, requests } = stats;
  return (
    <dl class="figures main">
      <Figure name="money saved" value={money(cost.saved)} note={`spent ${money(cost.spent)}`} />
      <TimeSaved time={time} />
      <Figure name="tokens saved" value={tokens(both.saved)} note={`spent ${tokens(both.spent)}`} />
      <Figure name="hit rate" value={percent(hitRate)} note={`${count(requests)} requests`} />
      <EntryCount stats={stats} />
    </dl>
  );
}

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
