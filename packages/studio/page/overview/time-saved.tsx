import type { LedgerFigures } from '@cached-llm/core/store';
import { duration } from '../format.ts';
import { Figure } from '../parts.tsx';

type Time = LedgerFigures['time'];

/** A loss is called one, as the command line does. */
export function TimeSaved({ time: { saved } }: { time: Time }) {
  const [name, value] = saved < 0 ? ['time lost', -saved] : ['time saved', saved];
  return <Figure name={name} value={duration(value)} />;
}

/** Why time was lost, where it was. */
export function LossReason({ time: { saved, cached, uncached } }: { time: Time }) {
  if (saved >= 0) return null;
  const isKnown = cached.mean !== undefined && uncached.mean !== undefined;
  const means = `: ${duration(cached.mean)} instead of ${duration(uncached.mean)} on average`;
  return (
    <p class="note">
      Time was lost, because answers from the store came later than calls would have answered
      {isKnown && means}. The store is slow or far away, the process was busy, or the calls are very
      fast.
    </p>
  );
}
