import type { Stats } from '../facts.ts';
import { bytes, count, duration, percent } from '../format.ts';
import { Figure, Section, Table } from '../parts.tsx';
import { visible } from '../visible.ts';

/** Rows without a provider: they are damaged, or encrypted with another secret. */
const UNREADABLE = '(not readable)'; // as the command line says

/** A count that is younger than this, in milliseconds, is as good as now. */
const YOUNG = 10_000;

/** What was not measured is called unknown: 0 would be a number. */
export function EntryCount({ stats: { store, isCounting } }: { stats: Stats }) {
  const { entries, bytes: size = 0, measuredAt } = store;
  if (entries === undefined)
    return <Figure name="entries" value={isCounting ? 'counting…' : 'unknown'} />;
  const age = Date.now() - (measuredAt === undefined ? Date.now() : Date.parse(measuredAt));
  const when = age < YOUNG ? '' : `, ${duration(age)} ago`;
  return <Figure name="entries" value={count(entries)} note={`${bytes(size)}${when}`} />;
}

/** What the store holds, and how full it is. */
export function Stored({ stats }: { stats: Stats }) {
  const { byProvider = [], evictions = 0, usedBytes, maxBytes, utilization } = stats.store;
  const bound = maxBytes === undefined ? undefined : `of ${bytes(maxBytes)}`;
  return (
    <Section title="Store">
      <dl class="figures">
        <EntryCount stats={stats} />
        {usedBytes !== undefined && <Figure name="used" value={bytes(usedBytes)} note={bound} />}
        {utilization !== undefined && <Figure name="full" value={percent(utilization)} />}
        <Figure name="evictions" value={count(Math.max(stats.evictions, evictions))} />
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
