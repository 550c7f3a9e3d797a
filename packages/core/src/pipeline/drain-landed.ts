import { drained } from '../response/drained.ts';
import type { Landed } from './landed.ts';

/** A recording is pulled by its readers: where there is none, by this. */
export async function drainLanded({ captured }: Landed): Promise<void> {
  if (captured?.kind === 'recording') await drained(captured.recording.replay());
}
