import type { EntryStore, Found } from '../effects/entry-store.ts';
import { freshness } from '../words/entry.ts';
import type { Captured } from './call.ts';
import type { State } from './decision.ts';
import { entryProvenance } from './entry-provenance.ts';
import type { Landed } from './landed.ts';
import type { Request } from './request.ts';

/** What a look-up found. */
export interface Look extends Found {
  readonly state: State;
  /** Ready to be served, with the leader's own copy. */
  readonly answer?: Landed | undefined;
}

const STORED = Promise.resolve(true);

/** An entry that cannot be decoded is as good as absent, and will be replaced. */
export async function lookUp(
  { call, address }: Request,
  entries: EntryStore,
  now: () => number,
): Promise<Look> {
  const { entry, markers } = await entries.read(address);
  if (entry === undefined) return { state: 'absent', markers };
  const { header, payload } = entry;
  const at = now();
  const state = freshness(header, at);
  const outcome = state === 'fresh' || call.policy.mode === 'replay' ? 'hit' : 'stale';
  const captured: Captured = { kind: header.kind, payload };
  const age = at - header.storedAt;
  const provenance = { outcome, age, ...entryProvenance(call, header) } as const;
  try {
    const own = { response: call.codec.restore(captured, provenance) };
    return { state, entry, markers, answer: { outcome, header, captured, own, stored: STORED } };
  } catch {
    return { state: 'absent', markers };
  }
}
