import { freshness } from '../entry/entry.ts';
import type { EntryStore, Found } from '../entry-store/entry-store.ts';
import { entryProvenance } from '../response/entry-provenance.ts';
import type { Captured } from './call.ts';
import type { State } from './decision.ts';
import type { Landed } from './landed.ts';
import type { Request } from './request.ts';

/** What a look-up found. */
export interface Look extends Found {
  readonly state: State;
  /** Ready to be served, with the leader's own copy. */
  readonly answer?: Landed | undefined;
  /** Milliseconds to the answer, with decoding: by the machine's own clock, since most take less than one. */
  readonly waited?: number | undefined;
}

interface Instants {
  readonly at: number;
  readonly startedAt: number;
}

const STORED = Promise.resolve(true);

export interface LookParts {
  readonly entries: EntryStore;
  readonly now: () => number;
}

/** An entry that cannot be decoded is as good as absent, and will be replaced. */
function lookAt({ call }: Request, { entry, markers }: Found, { at, startedAt }: Instants): Look {
  if (entry === undefined) return { state: 'absent', markers };
  const { header, payload } = entry;
  const state = freshness(header, at);
  const outcome = state === 'fresh' || call.policy.mode === 'replay' ? 'hit' : 'stale';
  const captured: Captured = { kind: header.kind, payload };
  const age = at - header.storedAt;
  const { signal, delays, crossTo } = entryProvenance(call, header);
  const provenance = { outcome, age, signal, delays, crossTo } as const; // no spread: see serve.ts
  try {
    const own = { response: call.codec.restore(captured, provenance) };
    const answer = { outcome, header, captured, own, stored: STORED } as const;
    return { state, entry, markers, answer, waited: performance.now() - startedAt };
  } catch {
    return { state: 'absent', markers };
  }
}

/** In the call itself, unless the store, or what it holds, needs time. */
export function lookUp(request: Request, { entries, now }: LookParts): Look | Promise<Look> {
  const startedAt = performance.now();
  const found = entries.read(request.address);
  if (!(found instanceof Promise)) return lookAt(request, found, { at: now(), startedAt });
  return found.then((late) => lookAt(request, late, { at: now(), startedAt }));
}
