import type { LedgerFigures } from '@cached-llm/core/store';
import { duration } from '../format.ts';
import { Figure } from '../parts.tsx';

type Time = LedgerFigures['time'];

/** Why answers from the store took longer than their calls. */
function lossText({ cached, uncached }: Time): string {
  const times =
    cached.mean === undefined || uncached.mean === undefined
      ? ''
      : `: ${duration(cached.mean)} instead of ${duration(uncached.mean)} on average`;
  return `Answers from the store came later than calls would have answered${times}. The store is slow or far away, the process was busy, or the calls are very fast.`;
}

/** A loss is called one, as the command line does, and has its reason. */
export function TimeSaved({ time }: { time: Time }) {
  const { saved } = time;
  if (saved >= 0) return <Figure name="time saved" value={duration(saved)} />;
  return <Figure name="time lost" value={duration(-saved)} note={lossText(time)} />;
}
