import type { EntryHeader } from '../entry/index.ts';
import { type DependedOn, INVALID, NEVER, staleFromBy, type TagStates } from './tag-state.ts';

/** How many generations each tag has. */
export interface StateCounts {
  /** How many secrets there are, or 1. */
  readonly secrets: number;
  /** How many rows hold the state of one tag under one secret. */
  readonly copies: number;
}

/** From when on an entry is stale where states may be lost: each of its tags has to have the generation of the entry. */
export function staleFromRequired(
  { generations = {} }: EntryHeader,
  states: TagStates,
  { tags, keys, secrets, copies }: DependedOn & StateCounts,
): number {
  let staleFrom = NEVER;
  let known = 0;
  const apply = (names: readonly string[], ofEach: number) => {
    for (let from = 0; from < names.length; from += ofEach) {
      const judged = judgeCopies(names, { from, to: from + ofEach, generations, states });
      if (judged.isKnown) known += 1;
      staleFrom = Math.min(staleFrom, judged.staleFrom);
    }
  };
  apply(tags, copies);
  // An entry that was written under one of the secrets has no generations under the others.
  const isOfSecret = known >= tags.length / copies / secrets;
  known = 0;
  apply(keys, 1);
  return isOfSecret && known > 0 ? staleFrom : INVALID;
}

interface Copies {
  readonly from: number;
  readonly to: number;
  readonly generations: Readonly<Record<string, string>>;
  readonly states: TagStates;
}

/**
 * One copy that has the generation of the entry suffices, because a change is written to all copies. A copy that was
 * only made anew says nothing, since it may have been lost, and one that was changed makes the entry invalid.
 */
function judgeCopies(names: readonly string[], { from, to, generations, states }: Copies) {
  let isKnown = false;
  let isMatch = false;
  let isInvalid = false;
  let haveOthersChanged = false;
  let staleFrom = NEVER;
  for (let index = from; index < to; index += 1) {
    const name = names[index] ?? '';
    const state = states.get(name);
    const stored = generations[name];
    if (stored !== undefined) isKnown = true;
    if (state === undefined) continue;
    const since = stored === undefined ? INVALID : staleFromBy(state, stored);
    if (since !== INVALID) isMatch = true;
    if (since !== INVALID) staleFrom = Math.min(staleFrom, since);
    else if (stored === undefined) haveOthersChanged ||= state.isChanged === true;
    else isInvalid ||= state.isChanged === true;
  }
  if (isKnown) return { isKnown, staleFrom: isMatch && !isInvalid ? staleFrom : INVALID };
  return { isKnown, staleFrom: haveOthersChanged ? INVALID : NEVER };
}
