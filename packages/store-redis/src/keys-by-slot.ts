import { keySlot } from './hash-slot.ts';

type Group = [string, ...string[]];

/** Keys that one command may name together. */
export function keysBySlot(keys: readonly string[]): Group[] {
  const groups = new Map<number, Group>();
  for (const key of keys) {
    const slot = keySlot(key);
    const group = groups.get(slot);
    if (group === undefined) groups.set(slot, [key]);
    else group.push(key);
  }
  return [...groups.values()];
}
