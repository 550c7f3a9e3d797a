import type { Captured } from './call.ts';
import type { Landed } from './landed.ts';

/** All readers of a running stream left: what remains of it is nobody's answer. */
export function isTorso(captured: Captured | undefined): boolean {
  return captured?.kind === 'recording' && captured.recording.isAbandoned;
}

/** Whoever comes while a whole answer is still being written has it from here, as from the store. */
export function asHit(landed: Landed): Landed {
  return landed.arrival?.isKept() === true ? { ...landed, outcome: 'hit' } : landed;
}
