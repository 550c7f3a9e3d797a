import type { LedgerFigures } from '@cached-llm/core/store';
import { count, duration, percent } from '../format.ts';
import { Figure, Section, Table } from '../parts.tsx';
import { visible } from '../visible.ts';

type Reasons = Readonly<Record<string, number>>;

/** What became of all requests and of their answers. */
export function Outcomes({ figures }: { figures: LedgerFigures }) {
  const { hits, stale, misses, collapsed, bypasses, notAdmitted, storeErrors } = figures;
  return (
    <Section title="Requests">
      <dl class="figures">
        <Figure name="hits" value={count(hits)} />
        <Figure name="stale" value={count(stale)} />
        <Figure name="collapsed" value={count(collapsed)} />
        <Figure name="misses" value={count(misses)} />
        <Figure name="bypasses" value={count(bypasses)} />
        <Figure name="not stored" value={count(notAdmitted)} />
        <Figure name="store errors" value={count(storeErrors)} />
        <Latency name="a cached answer" timing={figures.time.cached} />
        <Latency name="an uncached answer" timing={figures.time.uncached} />
      </dl>
      <Reasons title="Why answers were not stored" reasons={figures.notAdmittedByReason} />
      <Reasons title="Why requests bypassed the cache" reasons={figures.bypassesByReason} />
      <Reasons title="Where the store failed" reasons={figures.storeErrorsByOperation} />
    </Section>
  );
}

function Latency({ name, timing }: { name: string; timing: LedgerFigures['time']['cached'] }) {
  const { mean, p50, p95 } = timing;
  const slow = p95 === undefined ? undefined : `p95 ${duration(p95)}, mean ${duration(mean)}`;
  return <Figure name={name} value={duration(p50 ?? mean)} note={slow} />;
}

/** The most frequent reason first. */
function Reasons({ title, reasons }: { title: string; reasons: Reasons }) {
  const sorted = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  const all = sorted.reduce((sum, [, times]) => sum + times, 0);
  if (all === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <Table label={title} titles={['Reason', 'Times', 'Share']}>
        {sorted.map(([reason, times]) => (
          <tr key={reason}>
            <th scope="row">{visible(reason)}</th>
            <td>{count(times)}</td>
            <td>{percent(times / all)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
